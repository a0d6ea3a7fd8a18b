// Drawing by the real program: pictures, sizes, and documents that mean harm.
#include "sandbox/svg_processes.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "tests/sandbox/svg.h"
#include "tests/support/corpus.h"
#include "tests/support/pictures.h"

namespace whittle::test {
namespace {

const std::string kRed = "<rect width='50' height='100' fill='#f00'/>";

std::string OutcomeOf(const Expected<Encoded>& result) {
  return result ? "ok" : std::string(Name(result.error().kind));
}

TEST(SvgDrawing, IsStraightRgba) {
  const SvgOn on;
  const auto picture = Raw(Svg(kRed + "<rect x='50' width='50' height='50' fill='#08f' "
                                      "fill-opacity='0.5'/>"),
                           {.width = 100});
  ASSERT_TRUE(picture) << picture.error().detail;
  ASSERT_EQ(picture->width, 100U);
  EXPECT_EQ(PixelAt(*picture, 10, 10), "255,0,0,255");
  EXPECT_EQ(PixelAt(*picture, 75, 75), "0,0,0,0");
  const std::string half = PixelAt(*picture, 75, 25);
  EXPECT_TRUE(half == "0,136,255,128" || half == "0,135,255,128") << half;
}

// An edge of a crisp picture has no pixel between its two colours.
TEST(SvgDrawing, IsAsLargeAsTheResultAndCrisp) {
  const SvgOn on;
  const std::string file = Svg(kRed, 100, 100);
  for (const std::uint32_t side : {20U, 100U, 1000U}) {
    const auto picture = Raw(file, {.width = side, .height = side});
    ASSERT_TRUE(picture) << picture.error().detail;
    EXPECT_EQ(picture->width, side);
    EXPECT_EQ(picture->height, side);
    EXPECT_EQ(PixelAt(*picture, side / 2 - 1, side / 2), "255,0,0,255") << side;
    EXPECT_EQ(PixelAt(*picture, side / 2, side / 2), "0,0,0,0") << side;
    EXPECT_EQ(picture->source.width, 100U);
  }
}

TEST(SvgDrawing, DrawsOnlyWhatIsShown) {
  const SvgOn on;
  const std::string file = Svg("<rect x='10' y='20' width='30' height='40' fill='#00f'/>");
  const auto crop = Raw(file, {.width = 300, .crop = Rectangle{10, 20, 30, 40}});
  ASSERT_TRUE(crop) << crop.error().detail;
  EXPECT_EQ(crop->width, 300U);
  EXPECT_EQ(crop->height, 400U);
  for (const auto& [x, y] : {std::pair{0U, 0U}, {299U, 0U}, {0U, 399U}, {299U, 399U}}) {
    EXPECT_EQ(PixelAt(*crop, x, y), "0,0,255,255") << x << "," << y;
  }
  const auto trimmed = Raw(file, {.width = 60, .trim = 10.0});
  ASSERT_TRUE(trimmed);
  EXPECT_EQ(trimmed->height, 80U);
  EXPECT_EQ(PixelAt(*trimmed, 59, 79), "0,0,255,255");
  const auto turned = Raw(file, {.width = 0, .height = 200, .rotate = 90});
  ASSERT_TRUE(turned) << turned.error().detail;
  EXPECT_EQ(PixelAt(*turned, 100, 50), "0,0,255,255") << "y = 20 to 60 is x = 80 to 160";
  EXPECT_EQ(PixelAt(*turned, 170, 50), "0,0,0,0");
}

TEST(SvgDrawing, WithoutASizeIsWhatIsDrawn) {
  const SvgOn on;
  const std::string head = "<svg xmlns='http://www.w3.org/2000/svg' ";
  const auto size = [](const std::string& file) {
    const auto info = Probe(AsBytes(file), {});
    return info ? std::to_string(info->width) + "x" + std::to_string(info->height)
                : std::string(Name(info.error().kind));
  };
  const std::string content = "<rect x='30' y='5' width='40' height='20' fill='#0f0'/></svg>";
  EXPECT_EQ(size(head + "width='1in' height='12.7mm'>" + content), "72x36");
  EXPECT_EQ(size(head + "width='100%' height='100%' viewBox='0 0 60 30'>" + content), "60x30");
  EXPECT_EQ(size(head + "viewBox='0 0 60 30'>" + content), "60x30");
  EXPECT_EQ(size(head + "width='120' viewBox='0 0 60 30'>" + content), "120x60");
  EXPECT_EQ(size(head + "height='15' viewBox='0 0 60 30'>" + content), "30x15");
  EXPECT_EQ(size(head + "width='0' height='9'>" + content), "Undecodable");
  EXPECT_EQ(size(head + "><rect width='100%' height='100%'/></svg>"), "Undecodable");
  EXPECT_EQ(size(head + ">" + content), "40x20");
  const auto ink = Raw(head + ">" + content, {.width = 40});
  ASSERT_TRUE(ink);
  EXPECT_EQ(PixelAt(*ink, 0, 0), "0,255,0,255");
  EXPECT_EQ(PixelAt(*ink, 39, 19), "0,255,0,255");
}

TEST(SvgDrawing, HasFonts) {
  const SvgOn on;
  const auto picture = Raw(Svg("<text x='5' y='80' font-size='80'>W</text>"), {.width = 100});
  ASSERT_TRUE(picture);
  bool ink = false;
  for (std::uint32_t y = 0; y < 100; ++y) {
    for (std::uint32_t x = 0; x < 100; ++x) ink = ink || PixelAt(*picture, x, y) == "0,0,0,255";
  }
  EXPECT_TRUE(ink);
}

TEST(SvgDrawing, GoesIntoAFormatWithTransparency) {
  const SvgOn on;
  const auto picture = Process(AsBytes(Svg(kRed)), *Transform::Make({.width = 50}), {});
  ASSERT_TRUE(picture);
  EXPECT_TRUE(picture->mime == "image/webp" || picture->mime == "image/png") << picture->mime;
  const auto jpeg = Process(
      AsBytes(Svg(kRed)),
      *Transform::Make({.width = 50, .flatten = Colour(255, 255, 255), .format = Format::kJpeg}),
      {});
  ASSERT_TRUE(jpeg);
  EXPECT_GT(DecodeJpeg(jpeg->bytes.view()).at(40, 25, 1), 240) << "white behind it";
}

// A listener that nobody may connect to.
class Trap {
 public:
  Trap() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(fd_, 8), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
  }
  ~Trap() { close(fd_); }
  const std::string& url() const { return url_; }
  bool touched() const {
    pollfd waiting = {fd_, POLLIN, 0};
    return poll(&waiting, 1, 0) != 0;
  }

 private:
  int fd_;
  std::string url_;
};

// A picture, a document and a text that exist, by every way a document could ask for them: each
// would draw something where nothing is.
TEST(SvgDrawing, FollowsNoReferenceToTheOutside) {
  const SvgOn on;
  const TempDir dir;
  const Trap trap;
  WriteFile(dir.path() / "red.svg",
            AsBytes(Svg("<rect id='r' width='100' height='100' fill='red'/>")));
  WriteFile(dir.path() / "secret.txt", AsBytes("WWWWWWWW"));
  WriteFile(dir.path() / "all.css", AsBytes("rect { fill: red }"));
  Picture red = Blank(100, 100, 3);
  for (std::size_t i = 0; i < red.samples.size(); i += 3) red.samples[i] = 255;
  WriteFile(dir.path() / "red.jpg", EncodeJpeg(red).view());
  const std::string clear = "<rect width='100' height='100' fill='none'/>";
  const std::string head =
      "<svg xmlns='http://www.w3.org/2000/svg' "
      "xmlns:xlink='http://www.w3.org/1999/xlink' "
      "xmlns:xi='http://www.w3.org/2001/XInclude' width='100' height='100'>";
  for (const std::string& base : {"file://" + dir.path().string() + "/", dir.path().string() + "/",
                                  trap.url(), std::string()}) {
    std::vector<std::string> documents;
    for (const char* name : {"red.jpg", "red.svg"}) {
      documents.push_back(
          Svg("<image width='100' height='100' xlink:href='" + base + name + "'/>"));
      documents.push_back(Svg("<image width='100' height='100' href='" + base + name + "'/>"));
    }
    documents.push_back(Svg("<use xlink:href='" + base + "red.svg#r'/>"));
    documents.push_back(Svg("<filter id='f'><feImage xlink:href='" + base +
                            "red.jpg'/></filter>"
                            "<rect width='100' height='100' fill='#fff0' filter='url(#f)'/>"));
    documents.push_back(Svg("<style>@import url('" + base + "all.css');</style>" + clear));
    documents.push_back("<?xml-stylesheet href='" + base + "all.css' type='text/css'?>" +
                        Svg(clear));
    documents.push_back(head + "<text y='80' font-size='80'><xi:include parse='text' href='" +
                        base + "secret.txt'/></text></svg>");
    documents.push_back(head + "<xi:include href='" + base + "red.svg'/></svg>");
    documents.push_back("<!DOCTYPE svg [<!ENTITY x SYSTEM '" + base + "secret.txt'>]>" + head +
                        "<text y='80' font-size='80'>&x;</text></svg>");
    documents.push_back("<!DOCTYPE svg [<!ENTITY % x SYSTEM '" + base + "secret.txt'> %x;]>" +
                        head + "</svg>");
    documents.push_back("<!DOCTYPE svg SYSTEM '" + base + "secret.txt'>" + head + "</svg>");
    documents.push_back(Svg("<style>@font-face { font-family: a; src: url('" + base +
                            "red.jpg') }</style><text font-family='a'></text>"));
    for (const std::string& document : documents) {
      const auto picture = Raw(document, {.width = 100});
      if (!picture) {
        EXPECT_EQ(picture.error().kind, ErrorKind::kUndecodable) << document;
        continue;
      }
      bool empty = true;
      for (const std::uint8_t sample : picture->bytes.view()) empty = empty && sample == 0;
      EXPECT_TRUE(empty) << document;
    }
  }
  EXPECT_FALSE(trap.touched());
}

TEST(SvgDrawing, ShowsPicturesInsideTheDocument) {
  const SvgOn on;
  const std::string inner = Svg("<rect width=\"100\" height=\"100\" fill=\"%2300f\"/>");
  std::string quoted;
  for (const char c : inner) quoted += c == '\'' ? std::string("\"") : std::string(1, c);
  for (char& c : quoted) {
    if (c == '"') c = '\'';
  }
  std::string attribute;
  for (const char c : quoted) {
    attribute += c == '<'    ? "%3C"
                 : c == '>'  ? "%3E"
                 : c == '\'' ? "%22"
                 : c == ' '  ? "%20"
                             : std::string(1, c);
  }
  const auto picture = Raw(
      Svg("<image width='100' height='100' xlink:href='data:image/svg+xml," + attribute + "'/>"),
      {.width = 100});
  ASSERT_TRUE(picture);
  EXPECT_EQ(PixelAt(*picture, 50, 50), "0,0,255,255");
}

std::string Laughs() {
  std::string text = "<!DOCTYPE svg [<!ENTITY a0 'ha'>";
  for (int i = 1; i < 30; ++i) {
    const std::string last = "&a" + std::to_string(i - 1) + ";";
    text += "<!ENTITY a" + std::to_string(i) + " '";
    for (int n = 0; n < 10; ++n) text += last;
    text += "'>";
  }
  return text + "]>" + Svg("<text>&a29;</text>");
}

std::string Uses(int deep) {
  std::string defs = "<defs><rect id='u0' width='9' height='9'/>";
  for (int i = 1; i < deep; ++i) {
    const std::string use = "<use xlink:href='#u" + std::to_string(i - 1) + "' x='1'/>";
    defs += "<g id='u" + std::to_string(i) + "'>" + use + use + use + use + "</g>";
  }
  return Svg(defs + "</defs><use xlink:href='#u" + std::to_string(deep - 1) + "'/>");
}

TEST(SvgDrawing, EndsWhateverTheDocumentWants) {
  const SvgOn on(std::chrono::milliseconds(500));
  std::string nested;
  for (int i = 0; i < 100'000; ++i) nested += "<g>";
  const auto filter = [](const std::string& what) {
    return Svg("<filter id='f' x='-1e6' y='-1e6' width='1e7' height='1e7'>" + what +
                   "</filter><rect width='4000' height='4000' filter='url(#f)'/>",
               4000, 4000);
  };
  for (const std::string& document :
       {Laughs(), Uses(40), "<svg xmlns='http://www.w3.org/2000/svg'>" + nested, Svg(nested),
        Svg("<use id='a' xlink:href='#a'/>"),
        filter("<feTurbulence baseFrequency='1e-9' numOctaves='1000000000'/>"),
        filter("<feGaussianBlur stdDeviation='1e9'/>"), filter("<feMorphology radius='1e9'/>"),
        filter("<feTile/><feTurbulence baseFrequency='9' numOctaves='99'/><feTile/>"),
        Svg("", 1'000'000'000, 1'000'000'000), Svg("", 60'000, 1),
        Svg("<pattern id='p' width='1e-9' height='1e-9' patternUnits='userSpaceOnUse'>"
            "<rect width='9' height='9' fill='url(#p)'/></pattern>"
            "<rect width='100' height='100' fill='url(#p)'/>"),
        Svg("<path stroke='#000' stroke-dasharray='1e-9' d='M0 0L1e9 1e9'/>")}) {
    const auto result = Raw(document, {.width = 2000, .height = 2000});
    const std::string outcome = OutcomeOf(result);
    EXPECT_TRUE(outcome == "ok" || outcome == "Undecodable" || outcome == "TooLarge" ||
                outcome == "TooSlow")
        << outcome << ": " << document.substr(0, 200);
  }
  EXPECT_EQ(OutcomeOf(Raw(Uses(40), {.width = 9})), "TooSlow");
  EXPECT_EQ(OutcomeOf(Raw(Svg("", 1'000'000'000, 9), {.width = 9})), "TooLarge");
  EXPECT_EQ(OutcomeOf(Raw(Svg(kRed), {.width = 9})), "ok") << "and the next is served";
}

// What it draws takes minutes; only a hang would miss the bound.
TEST(SvgDrawing, StopsWhenAsked) {
  const SvgOn on(std::chrono::minutes(10));
  const std::string document =
      Svg("<filter id='f' x='0' y='0' width='1' height='1'>"
          "<feTurbulence baseFrequency='0.1' numOctaves='1000000'/></filter>"
          "<rect width='100' height='100' filter='url(#f)'/>");
  std::stop_source stop;
  auto loaded = on.processes().Load(AsBytes(document), {1 << 20, 192 << 20, 1 << 20});
  ASSERT_TRUE(loaded);
  const auto begin = std::chrono::steady_clock::now();
  const std::jthread asks([&stop] { stop.request_stop(); });
  const auto drawn = loaded->picture->Draw({0, 0, 100, 100, 100, 100}, stop.get_token());
  ASSERT_FALSE(drawn);
  EXPECT_EQ(drawn.error().kind, ErrorKind::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(SvgDrawing, WorksFromManyThreads) {
  const SvgOn on;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 10; ++i) EXPECT_EQ(OutcomeOf(Raw(Svg(kRed), {.width = 40})), "ok");
    });
  }
}

TEST(SvgProcesses, SaysWhatItDrawsWith) {
  const SvgOn on;
  EXPECT_TRUE(on.processes().version().starts_with("librsvg 2.")) << on.processes().version();
}

// Though a confined process loads no code: encodings are there, decoders were loaded before.
TEST(SvgDrawing, KnowsOtherEncodingsAndGif) {
  const SvgOn on;
  // A name in the encoding's bytes is referred to by its character.
  for (const auto& [encoding, bytes, character] :
       std::vector<std::array<std::string, 3>>{{"windows-1251", "\xC6", "&#x416;"},
                                               {"KOI8-R", "\xF6", "&#x416;"},
                                               {"Shift_JIS", "\x83\x41", "&#x30A2;"},
                                               {"EUC-KR", "\xB0\xA1", "&#xAC00;"},
                                               {"GB18030", "\xD6\xD0", "&#x4E2D;"}}) {
    const std::string document =
        "<?xml version='1.0' encoding='" + encoding + "'?>" +
        Svg("<defs><rect id='" + bytes + "' width='100' height='100' fill='red'/></defs>" +
            "<use xlink:href='#" + character + "'/>");
    const auto named = Raw(document, {.width = 10});
    ASSERT_TRUE(named) << encoding << ": " << named.error().detail;
    EXPECT_EQ(PixelAt(*named, 5, 5), "255,0,0,255") << encoding;
  }
  const auto picture = Raw(Svg("<image width='100' height='100' xlink:href='data:image/gif;base64,"
                               "R0lGODdhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs='/>"),
                           {.width = 100});
  ASSERT_TRUE(picture);
  EXPECT_EQ(PixelAt(*picture, 50, 50), "255,0,0,255");
}

// A job that takes more memory than it may have says so, instead of dying.
TEST(SvgDrawing, SaysThatItsMemoryIsUp) {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "LEFT OUT: memory is not limited under a sanitizer";
#endif
  const SvgOn on;
  std::string many;
  for (int i = 0; i < 300'000; ++i) many += "<g/>";
  for (const std::string& document : {Svg(many), Svg(std::string(80 << 20, ' '))}) {
    const auto loaded = on.processes().Load(AsBytes(document), {128 << 20, 72 << 20, 1 << 20});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, ErrorKind::kTooLarge) << loaded.error().detail;
  }
}

TEST(SvgProcesses, RefusesAProgramThatCannotDraw) {
  for (const char* program : {"/bin/true", "/nonexistent"}) {
    EXPECT_FALSE(sandbox::SvgProcesses::Start({.program = program})) << program;
  }
}

}  // namespace
}  // namespace whittle::test
