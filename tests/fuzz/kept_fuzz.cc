// Bytes from a stranger as the EXIF and the XMP that a result is to keep.
#include "codec/metadata/exif_keep.h"
#include "codec/metadata/xmp_keep.h"
#include "tests/fuzz/decode_any.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whittle;
  const ByteView bytes(data, size);
  codec::ExifToKeep(bytes, Keep::kAll, 300, 200);
  codec::ExifToKeep(bytes, Keep::kCopyright, 300, 200);
  const Bytes xmp = codec::XmpToKeep(bytes, 300, 200);
  test::Expect(xmp.size() <= 6 * size);
  // What was written anew is well-formed, and says all that it is to say.
  const Bytes again = codec::XmpToKeep(xmp.view(), 300, 200);
  test::Expect(AsText(again.view()) == AsText(xmp.view()));
  return 0;
}
