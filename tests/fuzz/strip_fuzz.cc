// Bytes from a stranger through every way of taking metadata out of a file.
#include "codec/strip.h"
#include "tests/fuzz/decode_any.h"

namespace whittle::test {
namespace {

void Strip(ByteView file, const codec::StripSpec& spec) {
  const codec::Codec* codec = codec::Sniff(file);
  if (codec == nullptr || codec->strip == nullptr) return;
  const auto stripped = codec->strip(file, spec, kFuzzLimits);
  if (!stripped) return;
  // Heads may become longer: those of items, three times at most.
  Expect(stripped->size() <= 3 * file.size() + spec.exif.size() + 256);
  const auto again = codec->strip(stripped->view(), spec, kFuzzLimits);
  Expect(again && AsText(again->view()) == AsText(stripped->view()));
}

}  // namespace
}  // namespace whittle::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whittle;
  const ByteView file(data, size);
  test::Strip(file, {});
  test::Strip(file, {.icc = false});
  test::Strip(file, {.exif = AsBytes("II*")});
  const auto stripped = codec::StripMetadata(file, true, test::kFuzzLimits);
  if (!stripped) return 0;
  const codec::Codec* codec = codec::Sniff(file);
  const auto before = codec->probe(file, test::kFuzzLimits);
  const auto after = codec->probe(stripped->view(), test::kFuzzLimits);
  test::Expect(before && after);
  test::Expect(after->info.width == before->info.width);
  test::Expect(after->info.height == before->info.height);
  test::Expect(after->info.orientation == before->info.orientation);
  return 0;
}
