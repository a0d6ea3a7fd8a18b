// The program as people and containers run it: its commands, exit codes and words.
#include "tests/app/program.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "codec/registry.h"
#include "pixel/simd.h"
#include "tests/codec/heif_files.h"
#include "tests/support/pictures.h"

namespace whittle::test {
namespace {
namespace fs = std::filesystem;
using boost::asio::ip::tcp;

bool IsOneLine(const std::string& text) {
  return text.ends_with('\n') && text.find('\n') == text.size() - 1;
}

TEST(Program, RefusesToStartWithOneLineAndExitCode2) {
  struct Case {
    std::vector<std::string> arguments, environment;
    std::string says;
  };
  const Case cases[] = {
      {{}, {"PORT=http"}, "whittle: PORT is \"http\"; allowed: 0 to 65535\n"},
      {{"serve"},
       {"WHITTLE_WORKERS=513"},
       "whittle: WHITTLE_WORKERS is \"513\"; allowed: 0 to 512\n"},
      {{"serve"}, {"OXIMG_WORKERS=-1"}, "whittle: OXIMG_WORKERS is \"-1\"; allowed: 0 to 512\n"},
      {{}, {"WHITTLE_PRT=1"}, "whittle: WHITTLE_PRT is not a setting\n"},
      {{}, {"WHITTLE_CONFIG=/nonexistent"}, "whittle: /nonexistent: No such file or directory\n"},
      {{"--port", "65536"}, {}, "whittle: --port is \"65536\"; allowed: 0 to 65535\n"},
      {{"--port=-1"}, {}, "whittle: --port is \"-1\"; allowed: 0 to 65535\n"},
      {{"--port", ""}, {}, "whittle: --port is \"\"; allowed: 0 to 65535\n"},
      {{"settings", "--port", "x"}, {}, "whittle: --port is \"x\"; allowed: 0 to 65535\n"},
      {{"--prt", "80"}, {}, "whittle: --prt is not an argument; see whittle --help\n"},
      {{"serve", "--prt", "80"}, {}, "whittle: --prt is not an argument; see whittle --help\n"},
      {{"sevre"}, {}, "whittle: sevre is not an argument; see whittle --help\n"},
      {{"settings"},
       {"WHITTLE_PRESET=Fast"},
       "whittle: WHITTLE_PRESET is \"Fast\"; allowed: default, fast, quality, small, size, "
       "jpegli\n"},
  };
  for (const Case& each : cases) {
    const Finished run = RunProgram(each.arguments, each.environment);
    EXPECT_EQ(run.code, 2) << each.says;
    EXPECT_EQ(run.err, each.says);
    EXPECT_EQ(run.out, "");
  }
}

TEST(Program, UsageErrorsExitWith2) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"resize"},
                                             {"resize", "in"},
                                             {"resize", "in", "out", "--width", "wide"},
                                             {"resize", "in", "out", "--width", "-5"},
                                             {"resize", "in", "out", "more"},
                                             {"resize", "in", "out"},
                                             {"resize", "in", "out", "--width", "8193"},
                                             {"probe"},
                                             {"settings", "--format", "xml"},
                                             {"--port", "1", "--port", "2"},
                                             {"--port"},
                                             {"serve", "health"}}) {
    const Finished run = RunProgram(arguments);
    EXPECT_EQ(run.code, 2) << run.err;
    EXPECT_TRUE(IsOneLine(run.err)) << run.err;
    EXPECT_TRUE(run.err.starts_with("whittle: ")) << run.err;
  }
}

TEST(Program, TellsTheVersionsThatItRunsWith) {
  const Finished run = RunProgram({"--version"});
  EXPECT_EQ(run.code, 0);
  EXPECT_TRUE(run.out.starts_with("whittle 0.")) << run.out;
  for (const char* line : {"\nlibjpeg-turbo ", "\nlibexif ", "\nlcms2 ", "\nhighway ", "\nboost ",
                           "\nspdlog ", "\nprometheus-cpp "}) {
    const std::size_t at = run.out.find(line);
    ASSERT_NE(at, std::string::npos) << line << " in " << run.out;
    const char version = run.out[at + std::string_view(line).size()];
    EXPECT_TRUE(version >= '0' && version <= '9') << line << " in " << run.out;
  }
}

TEST(Program, UsesTheSimdTargetThatIsAskedFor) {
  const TempDir dir;
  const fs::path in = dir.path() / "in.jpg";
  WriteFile(in, EncodeJpeg(Photo(64, 64)).view());
  for (const std::string& target : pixel::SimdTargets()) {
    const Finished run = RunProgram({"resize", in, "-", "--width", "9", "--simd", target});
    EXPECT_EQ(run.code, 0) << run.err;
  }
  const Finished run = RunProgram({"resize", in, "-", "--width", "9"}, {"WHITTLE_SIMD=avx9"});
  EXPECT_EQ(run.code, 2);
  EXPECT_TRUE(run.err.starts_with("whittle: WHITTLE_SIMD is \"avx9\"; allowed: auto")) << run.err;
}

TEST(Program, RunsOnMimallocUnlessASanitizerDoes) {
  const std::string out = RunProgram({"--version"}).out;
  const bool sanitized = !std::string_view(WHITTLE_SANITIZE).empty();
  const char* expected = sanitized ? "\nmimalloc off (built with a sanitizer)\n"
                                   : " (serves malloc: yes, libjpeg: yes)\n";
  EXPECT_NE(out.find(expected), std::string::npos) << out;
}

TEST(Program, TellsItsSettings) {
  const Finished run = RunProgram({"settings", "--quality", "70"}, {"PORT=80"});
  EXPECT_EQ(run.code, 0);
  EXPECT_NE(
      run.out.find("http.port                            80               environment PORT\n"),
      std::string::npos)
      << run.out;
  EXPECT_NE(run.out.find("image.quality                        70               flag\n"),
            std::string::npos)
      << run.out;
}

TEST(Program, FlagsStandBeforeOrBehindTheCommand) {
  EXPECT_EQ(RunProgram({"--port", "80", "settings"}).out,
            RunProgram({"settings", "--port", "80"}).out);
}

TEST(Program, HelpIsNotAnError) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--help"}, {"resize", "--help"}}) {
    const Finished run = RunProgram(arguments);
    EXPECT_EQ(run.code, 0);
    EXPECT_NE(run.out.find("Usage: whittle"), std::string::npos) << run.out;
    EXPECT_EQ(run.err, "");
  }
}

TEST(Program, ProbePrintsWhatTheHeaderTells) {
  const TempDir dir;
  const fs::path file = dir.path() / "photo.jpg";
  const Bytes jpeg = EncodeJpeg(Photo(40, 30), {.progressive = true, .orientation = 6});
  WriteFile(file, jpeg.view());
  const Finished run = RunProgram({"probe", file});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(nlohmann::json::parse(run.out), nlohmann::json({{"format", "jpeg"},
                                                            {"bytes", jpeg.size()},
                                                            {"width", 40},
                                                            {"height", 30},
                                                            {"displayed_width", 30},
                                                            {"displayed_height", 40},
                                                            {"orientation", 6},
                                                            {"channels", 3},
                                                            {"progressive", true},
                                                            {"alpha", false},
                                                            {"bits", 8},
                                                            {"frames", 1},
                                                            {"icc_bytes", 0},
                                                            {"gain_map", false}}));
  EXPECT_EQ(RunProgram({"probe", "-"}, {}, file).out, run.out);
}

TEST(Program, ProbePrintsCodePoints) {
  const TempDir dir;
  const auto printed = [&](ByteView file) {
    WriteFile(dir.path() / "picture", file);
    const Finished run = RunProgram({"probe", dir.path() / "picture"});
    EXPECT_EQ(run.code, 0) << run.err;
    const auto json = nlohmann::json::parse(run.out);
    return json.contains("code_points") ? json["code_points"].dump() : "none";
  };
  const auto written = [](const char* format, std::optional<pixel::Cicp> cicp) {
    const Picture photo = Photo(40, 30);
    const auto sink = *codec::ByName(format)->create({.width = 40, .height = 30, .cicp = cicp});
    EXPECT_TRUE(sink->Write({photo.samples.data(), 120, 40, 30, pixel::PixelFormat::kRgb8}));
    return *sink->Finish();
  };
  for (const char* format : {"png", "jxl"}) {
    if (codec::ByName(format) == nullptr) continue;  // a build without it
    EXPECT_EQ(printed(written(format, pixel::Cicp{12, 13}).view()),
              R"({"full_range":true,"matrix":0,"primaries":12,"transfer":13})");
    EXPECT_EQ(printed(written(format, std::nullopt).view()), "none");
  }
  if (codec::ByName("heif") != nullptr) {
    EXPECT_EQ(printed(codec::MadeHeic(9, 16).view()),
              R"({"full_range":true,"matrix":6,"primaries":9,"transfer":16})");
  }
  if (codec::ByName("avif") != nullptr) {
    EXPECT_EQ(printed(written("avif", pixel::Cicp{9, 16}).view()),
              R"({"full_range":true,"matrix":6,"primaries":9,"transfer":16})");
  }
}

TEST(Program, ResizesAFile) {
  const TempDir dir;
  const fs::path in = dir.path() / "in.jpg";
  const fs::path out = dir.path() / "out.jpg";
  WriteFile(in, EncodeJpeg(Photo(200, 100)).view());
  WriteFile(out, AsBytes("what was there before"));
  const Finished run = RunProgram({"resize", in, out, "--width", "50"});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_TRUE(IsOneLine(run.err)) << run.err;
  const Picture result = DecodeJpeg(ReadFile(out).view());
  EXPECT_EQ(result.width, 50);
  EXPECT_EQ(result.height, 25);
}

TEST(Program, ResizesByTheParametersOfAUrl) {
  const TempDir dir;
  const fs::path in = dir.path() / "in.jpg";
  WriteFile(in, EncodeJpeg(Photo(200, 100)).view());
  const fs::path out = dir.path() / "out.jpg";
  const Finished run =
      RunProgram({"resize", in, out, "--width", "50", "--params", "height=50&fit=cover&rotate=90"});
  ASSERT_EQ(run.code, 0) << run.err;
  const Picture result = DecodeJpeg(ReadFile(out).view());
  EXPECT_EQ(result.width, 50);
  EXPECT_EQ(result.height, 50);
  for (const char* wrong : {"fit=round", "blurr=2", "format=jpeg&format=png", "quality=101"}) {
    const Finished refused = RunProgram({"resize", in, out, "--width", "50", "--params", wrong});
    EXPECT_EQ(refused.code, 2) << wrong;
    EXPECT_TRUE(IsOneLine(refused.err)) << refused.err;
  }
}

TEST(Program, ResizesIntoTheFormatThatTheResultsNameSays) {
  const TempDir dir;
  const fs::path in = dir.path() / "in.jpg";
  WriteFile(in, EncodeJpeg(Photo(200, 100)).view());
  const auto begins = [&](const char* name, std::vector<std::string> more = {}) {
    const fs::path out = dir.path() / name;
    more.insert(more.begin(), {"resize", in, out, "--width", "50"});
    EXPECT_EQ(RunProgram(more).code, 0) << name;
    return std::string(AsText(ReadFile(out).view()).substr(0, 2));
  };
  EXPECT_EQ(begins("a.jpg"), "\xFF\xD8");
  EXPECT_EQ(begins("a.jpeg"), "\xFF\xD8");
  EXPECT_EQ(begins("no-extension"), "\xFF\xD8");
  EXPECT_EQ(begins("a.dat"), "\xFF\xD8");
  const Finished version = RunProgram({"--version"});
  if (version.out.find("libpng") != std::string::npos) {
    EXPECT_EQ(begins("a.PNG"), "\x89P");
    EXPECT_EQ(begins("b.png", {"--params", "format=jpeg"}), "\xFF\xD8");
  }
}

TEST(Program, ResizesFromStdinToStdout) {
  const TempDir dir;
  const fs::path in = dir.path() / "in.jpg";
  const fs::path out = dir.path() / "out.jpg";
  WriteFile(in, EncodeJpeg(Photo(200, 100)).view());
  const Finished piped = RunProgram({"resize", "-", "-", "--height", "20"}, {}, in);
  ASSERT_EQ(piped.code, 0) << piped.err;
  const Finished named = RunProgram({"resize", in, out, "--height", "20"});
  ASSERT_EQ(named.code, 0) << named.err;
  EXPECT_TRUE(AsBytes(piped.out).size() == ReadFile(out).size() &&
              piped.out == AsText(ReadFile(out).view()));
}

TEST(Program, ResizeTakesQualityAndPresetFromTheSettings) {
  const TempDir dir;
  const fs::path in = dir.path() / "in.jpg";
  WriteFile(in, EncodeJpeg(Noise(64, 64)).view());
  const auto bytes = [&](std::vector<std::string> more, std::vector<std::string> environment = {}) {
    more.insert(more.begin(), {"resize", in, "-", "--width", "32"});
    const Finished run = RunProgram(more, environment);
    EXPECT_EQ(run.code, 0) << run.err;
    return run.out.size();
  };
  const std::size_t plain = bytes({});
  EXPECT_EQ(bytes({"--quality", "80", "--preset", "jpegli"}), plain);
  EXPECT_LT(bytes({"--quality", "30"}), plain);
  EXPECT_EQ(bytes({}, {"QUALITY=30"}), bytes({"--quality", "30"}));
  EXPECT_GT(bytes({"--preset", "fast"}), plain);
}

TEST(Program, ProcessingErrorsExitWith1AndNameTheFile) {
  const TempDir dir;
  const fs::path missing = dir.path() / "missing.jpg";
  const fs::path text = dir.path() / "text.jpg";
  const fs::path large = dir.path() / "large.jpg";
  WriteFile(text, AsBytes("this is not a picture, whatever it is called"));
  WriteFile(large, EncodeJpeg(Photo(64, 64)).view());
  const auto out = (dir.path() / "out.jpg").string();
  const std::tuple<std::vector<std::string>, fs::path> cases[] = {
      {{"resize", missing, out, "--width", "5"}, missing},
      {{"resize", text, out, "--width", "5"}, text},
      {{"resize", large, out, "--width", "5", "--max-source-pixels", "4095"}, large},
      {{"resize", large, out, "--width", "5", "--max-source-bytes", "100"}, large},
      {{"resize", large, "/nonexistent/out.jpg", "--width", "5"}, "/nonexistent/out.jpg"},
      {{"probe", missing}, missing},
      {{"probe", text}, text},
  };
  for (const auto& [arguments, file] : cases) {
    const Finished run = RunProgram(arguments);
    EXPECT_EQ(run.code, 1) << run.err;
    EXPECT_TRUE(IsOneLine(run.err)) << run.err;
    EXPECT_TRUE(run.err.starts_with("whittle: " + file.string() + ": ")) << run.err;
    EXPECT_FALSE(fs::exists(out)) << run.err;
  }
}

/// Accepts one connection on loopback, reads a request head, and says `answer`.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer)
      : acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0}),
        thread_([this, answer = std::move(answer)] {
          tcp::socket socket = acceptor_.accept();
          boost::system::error_code error;
          boost::asio::read_until(socket, boost::asio::dynamic_buffer(head_), "\r\n\r\n", error);
          boost::asio::write(socket, boost::asio::buffer(answer), error);
        }) {}
  std::string port() const { return std::to_string(acceptor_.local_endpoint().port()); }
  /// What the client sent; call after it has gone.
  std::string head() {
    thread_.join();
    return head_;
  }

 private:
  boost::asio::io_context io_;
  tcp::acceptor acceptor_;
  std::string head_;
  std::jthread thread_;
};

TEST(Program, HealthIsWhatTheServerAnswers) {
  OneAnswer well("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const Finished run = RunProgram({"health"}, {"PORT=" + well.port()});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, "ok\n");
  EXPECT_EQ(well.head(), "GET /health HTTP/1.1\r\nHost: 127.0.0.1:" + well.port() +
                             "\r\nConnection: close\r\n\r\n");
}

TEST(Program, HealthFailsUnlessTheServerSays200) {
  for (const char* answer : {"HTTP/1.1 503 Service Unavailable\r\n\r\n", "", "HTTP/1.1 ",
                             "nonsense", "HTTP/1.1 two hundred\r\n\r\n"}) {
    OneAnswer unwell(answer);
    const Finished run = RunProgram({"health", "--port", unwell.port()});
    EXPECT_EQ(run.code, 1) << answer;
    EXPECT_TRUE(IsOneLine(run.err)) << run.err;
    EXPECT_TRUE(run.err.starts_with("whittle: 127.0.0.1:" + unwell.port() + ": ")) << run.err;
    unwell.head();
  }
}

TEST(Program, HealthFailsWithoutAServer) {
  // Bound but not listening: the port is ours, and connecting to it is refused.
  boost::asio::io_context io;
  const tcp::endpoint any_port(boost::asio::ip::address_v4::loopback(), 0);
  tcp::acceptor silent(io, any_port.protocol());
  silent.bind(any_port);
  const std::string port = std::to_string(silent.local_endpoint().port());
  const Finished run = RunProgram({"health", "--port", port});
  EXPECT_EQ(run.code, 1);
  EXPECT_EQ(run.err, "whittle: 127.0.0.1:" + port + ": no answer (Connection refused)\n");
}

TEST(Program, HealthGivesUpOnAServerThatIsSilent) {
  // Listening but never accepting: the kernel completes the connection, and nobody answers.
  boost::asio::io_context io;
  const tcp::acceptor silent(io, {boost::asio::ip::address_v4::loopback(), 0});
  const std::string port = std::to_string(silent.local_endpoint().port());
  const Finished run = RunProgram({"health", "--port", port});
  EXPECT_EQ(run.code, 1);
  EXPECT_TRUE(run.err.starts_with("whittle: 127.0.0.1:" + port + ": no answer")) << run.err;
}

}  // namespace
}  // namespace whittle::test
