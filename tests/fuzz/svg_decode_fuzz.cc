// Bytes from a stranger through what of SVG is ours: sniffing, gzip, and a probe and drawing whose
// renderer is a stand-in. librsvg itself never runs in the server's process.
#include <cstring>

#include "codec/svg/gzip.h"
#include "codec/svg/renderer.h"
#include "tests/fuzz/decode_any.h"

namespace whittle::test {
namespace {

// Sizes are whatever the file's last bytes say.
class AnySize final : public codec::SvgRenderer {
 public:
  Expected<codec::SvgDocument> Load(ByteView file, const codec::SvgLimits&) const override {
    codec::SvgDocument document;
    if (file.size() < 16) return document;
    std::memcpy(&document.width, file.last(8).data(), 8);
    std::memcpy(&document.height, file.last(16).data(), 8);
    document.picture = std::make_unique<Nothing>();
    return document;
  }
  std::string_view version() const override { return "none"; }

 private:
  struct Nothing final : codec::VectorPicture {
    Expected<std::unique_ptr<codec::RowSource>> Draw(const codec::Drawing&,
                                                     std::stop_token) override {
      return Fail(ErrorKind::kUndecodable);
    }
  };
};

}  // namespace
}  // namespace whittle::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whittle;  // NOLINT(google-build-using-namespace)
  static const test::AnySize kRenderer;
  codec::UseSvgRenderer(&kRenderer);
  const ByteView file(data, size);
  test::DecodeAny("svg", file);
  constexpr std::size_t kMost = 1 << 16;
  test::Expect(codec::InflatedHead(file, kMost).size() <= kMost);
  const auto whole = codec::Inflated(file, kMost);
  if (whole) test::Expect(whole->size() <= kMost);
  return 0;
}
