// What of SVG is done in the server's process: telling it from everything else, limits, and what
// the renderer is asked for. Drawing itself: tests/sandbox.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <limits>
#include <string>

#include "codec/registry.h"
#include "codec/svg/gzip.h"
#include "codec/svg/renderer.h"
#include "codec/svg/sniff.h"
#include "tests/support/corpus.h"

namespace whittle::codec {
namespace {

const Codec& Svg() { return *ByName("svg"); }

std::string Gzip(const std::string& text) {
  std::string out(text.size() + 1000, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// Every document has the same size; what is drawn is remembered.
class FakeRenderer final : public SvgRenderer {
 public:
  FakeRenderer(double width, double height) : width_(width), height_(height) {
    UseSvgRenderer(this);
  }
  ~FakeRenderer() override { UseSvgRenderer(nullptr); }
  Expected<SvgDocument> Load(ByteView, const SvgLimits& given) const override {
    ++loads;
    limits = given;
    return SvgDocument{width_, height_, std::make_unique<Fake>(*this)};
  }
  std::string_view version() const override { return "fake 1"; }

  mutable int loads = 0;
  mutable SvgLimits limits;
  mutable Drawing drawn;

 private:
  struct Fake final : VectorPicture {
    explicit Fake(const FakeRenderer& r) : renderer(r) {}
    Expected<std::unique_ptr<RowSource>> Draw(const Drawing& drawing, std::stop_token) override {
      renderer.drawn = drawing;
      return Fail(ErrorKind::kTooSlow);
    }
    const FakeRenderer& renderer;
  };
  double width_, height_;
};

const std::string kRoot = "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'/>";

std::string Wide(const std::string& text, bool big_endian) {
  std::string wide;
  for (const char c : text) wide += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return wide;
}

TEST(SvgSniff, KnowsTheRootElementWhateverComesBefore) {
  for (const std::string& text :
       {kRoot, "\xEF\xBB\xBF" + kRoot, " \r\n\t" + kRoot, "<?xml version='1.0'?>" + kRoot,
        "<?xml version='1.0'?><?xml-stylesheet href='a>b'?>\n" + kRoot,
        "<!-- <html> " + std::string(9000, '-') + " --><!-- -->" + kRoot,
        "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"a>b\">" + kRoot,
        "<!DOCTYPE svg [ <!ENTITY a \"]>\"> <!-- ]> ' --> <!ENTITY b '<html>'> ]>" + kRoot,
        std::string("<svg>"), std::string("<svg/>"), std::string("<a:svg xmlns:a='b'>"),
        "\xFF\xFE" + Wide(kRoot, false), "\xFE\xFF" + Wide(kRoot, true), Wide(kRoot, false),
        Wide(kRoot, true)}) {
    EXPECT_TRUE(IsSvgText(AsBytes(text))) << text.substr(0, 100);
  }
}

TEST(SvgSniff, TakesNothingElse) {
  for (const std::string& text :
       {std::string(), std::string("<"), std::string("<sv"), std::string("<svg"),
        std::string("<svgx>"), std::string("<SVG>"), std::string("<:svg>"), std::string("<x:svgs>"),
        "<html><body>" + kRoot, "<!DOCTYPE html>" + std::string("<html>") + kRoot, "svg" + kRoot,
        "<!-- " + kRoot, "<?xml " + kRoot + "?", "<!DOCTYPE svg [ " + kRoot,
        "<!DOCTYPE svg '" + kRoot, "<svg:g/>" + kRoot, std::string(kSvgSniffBytes, ' ') + kRoot,
        "\xFF\xFE" + kRoot}) {
    EXPECT_FALSE(IsSvgText(AsBytes(text))) << text.substr(0, 100);
  }
}

TEST(Svg, IsOffUntilSomebodyDraws) {
  EXPECT_EQ(Sniff(AsBytes(kRoot)), nullptr);
  EXPECT_EQ(Svg().probe(AsBytes(kRoot), {}).error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(Svg().library_version(), "librsvg off");
  const FakeRenderer renderer(8, 8);
  EXPECT_EQ(Sniff(AsBytes(kRoot)), &Svg());
  EXPECT_EQ(Svg().library_version(), "fake 1");
}

TEST(Svg, LooksIntoGzip) {
  const FakeRenderer renderer(8, 8);
  EXPECT_EQ(Sniff(AsBytes(Gzip(kRoot))), &Svg());
  EXPECT_EQ(Sniff(AsBytes(Gzip("<!-- " + std::string(60'000, 'x') + " -->" + kRoot))), &Svg());
  EXPECT_EQ(Sniff(AsBytes(Gzip("<html/>"))), nullptr);
  EXPECT_EQ(Sniff(AsBytes("\x1f\x8b\x08" + std::string(40, 'x'))), nullptr);
}

TEST(Svg, HoldsTheLimits) {
  const auto kind = [](double width, double height, const Limits& limits) {
    const FakeRenderer renderer(width, height);
    const auto header = Svg().probe(AsBytes(kRoot), limits);
    return header ? "ok" : Name(header.error().kind);
  };
  EXPECT_EQ(kind(80, 50, {.max_source_pixels = 4000}), "ok");
  EXPECT_EQ(kind(80, 50, {.max_source_pixels = 3999}), "TooLarge");
  EXPECT_EQ(kind(1e9, 1e9, {}), "TooLarge");
  EXPECT_EQ(kind(kSvgMaxSide, 1, {}), "ok");
  EXPECT_EQ(kind(1, kSvgMaxSide + 1, {}), "TooLarge");
  EXPECT_EQ(kind(8, 8, {.max_source_bytes = kRoot.size() - 1}), "TooLarge");
  EXPECT_EQ(kind(0, 8, {}), "Undecodable");
  EXPECT_EQ(kind(8, -1, {}), "Undecodable");
  EXPECT_EQ(kind(std::nan(""), 8, {}), "Undecodable");
  EXPECT_EQ(kind(8, std::numeric_limits<double>::infinity(), {}), "Undecodable");
}

TEST(Svg, GivesTheRendererLessWhereAJobMayHaveLess) {
  const FakeRenderer renderer(8, 8);
  const Limits small = {.max_source_bytes = 5000, .max_working_bytes = 64 << 20};
  ASSERT_TRUE(Svg().probe(AsBytes(kRoot), small));
  EXPECT_EQ(renderer.limits.memory_bytes, 32ULL << 20);
  EXPECT_EQ(renderer.limits.text_bytes, 5000U);
  EXPECT_EQ(Svg().probe(AsBytes(kRoot), small)->decode_bytes, 32ULL << 20);
}

TEST(Svg, ABombThatSaysSoCostsNothing) {
  const FakeRenderer renderer(8, 8);
  const std::string file = Gzip(kRoot + std::string(1 << 20, ' '));
  EXPECT_EQ(Svg().probe(AsBytes(file), {.max_source_bytes = 1 << 20}).error().kind,
            ErrorKind::kTooLarge);
  EXPECT_EQ(renderer.loads, 0);
}

TEST(Svg, OpensInItsOwnSize) {
  const FakeRenderer renderer(10.4, 0.6);
  EXPECT_EQ(Svg().open(AsBytes(kRoot), {}, {}).error().kind, ErrorKind::kTooSlow);
  EXPECT_EQ(renderer.drawn.width, 10);
  EXPECT_EQ(renderer.drawn.height, 1);
  EXPECT_EQ(renderer.drawn.right, 10);
  const auto refused = Svg().open(AsBytes(kRoot), {.max_working_bytes = 39}, {});
  EXPECT_EQ(refused.error().kind, ErrorKind::kTooLarge);
}

TEST(SvgGzip, InflatesNoFurtherThanAsked) {
  const std::string text(300'000, 'a');
  const std::string file = Gzip(text);
  EXPECT_EQ(AnnouncedSize(AsBytes(file)), text.size());
  const auto whole = Inflated(AsBytes(file), text.size());
  ASSERT_TRUE(whole);
  EXPECT_EQ(AsText(whole->view()), text);
  EXPECT_EQ(Inflated(AsBytes(file), text.size() - 1).error().kind, ErrorKind::kTooLarge);
  EXPECT_EQ(InflatedHead(AsBytes(file), 1000).size(), 1000U);
  const std::string cut = file.substr(0, file.size() - 9);
  EXPECT_EQ(Inflated(AsBytes(cut), text.size()).error().kind, ErrorKind::kUndecodable);
  std::string wrong = file;
  wrong[wrong.size() - 6] ^= 1;  // of the checksum
  EXPECT_EQ(Inflated(AsBytes(wrong), text.size()).error().kind, ErrorKind::kUndecodable);
}

TEST(SvgCorpus, NoFileIsTakenForOneWhileItIsOff) {
  WHITTLE_NEEDS_CORPUS();
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    if (row.format != "svg" && row.format != "svgz") continue;
    ++rows;
    EXPECT_EQ(Sniff(test::ReadFile(*test::CorpusDir() / row.path).view()), nullptr) << row.path;
  }
  EXPECT_GT(rows, 130);
}

}  // namespace
}  // namespace whittle::codec
