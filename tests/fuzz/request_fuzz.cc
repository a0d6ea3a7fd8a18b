// Bytes from a stranger as a request: where its head ends, what it says, which picture it asks for.
// What is accepted must hold what the rest of the server relies on.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/conditional.h"
#include "http/head.h"
#include "transform/dialect.h"
#include "whittle/bytes.h"

namespace whittle {
namespace {

void Expect(bool condition) {
  if (!condition) std::abort();
}

void CheckImage(const transform::ImageRequest& image) {
  const std::string framed = '/' + image.source + '/';
  Expect(framed.find("//") == std::string::npos);
  Expect(framed.find("/./") == std::string::npos && framed.find("/../") == std::string::npos);
  Expect(image.source.find('\0') == std::string::npos);
  Expect(image.transform.width() + image.transform.height() > 0);
  Expect(image.transform.width() <= Transform::kMaxSide);
}

// The end must not depend on how the bytes arrive.
void CheckHeadEnd(std::string_view bytes) {
  std::size_t scanned = 0;
  const auto at_once = http::FindHeadEnd(bytes, scanned);
  if (!at_once || !*at_once) return;
  Expect(**at_once <= bytes.size() && bytes.substr(0, **at_once).ends_with("\r\n\r\n"));
  scanned = 0;
  for (std::size_t size = 1; size <= **at_once; ++size) {
    const auto end = http::FindHeadEnd(bytes.substr(0, size), scanned);
    Expect(end.has_value() && end->has_value() == (size == **at_once));
  }
}

void CheckHead(const http::RequestHead& head) {
  Expect(head.path.starts_with('/') || head.path == "*");
  Expect(head.target.size() <= http::kMaxTargetBytes);
  Expect(head.target.find_first_of("\r\n #\\") == std::string::npos);
  http::Conditions{head.if_none_match, head.if_modified_since}.Satisfied("\"a\"", 0);
  const auto image = transform::ParsePath(head.path, {});
  if (image && *image) CheckImage(**image);
}

}  // namespace
}  // namespace whittle

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whittle;
  const std::string_view bytes = AsText({data, size});
  CheckHeadEnd(bytes.substr(0, 2000));
  if (const auto head = http::ParseHead(bytes)) CheckHead(*head);
  const auto image = transform::ParsePath(bytes, {});
  if (image && *image) CheckImage(**image);
  return 0;
}
