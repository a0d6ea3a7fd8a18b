// Bytes from a stranger as a request: where its head ends, what it says, which picture it asks for.
// What is accepted must hold what the rest of the server relies on.
#include <cstdint>
#include <cstdlib>
#include <optional>
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

// With every way through the parsers switched on.
const transform::Defaults kDefaults = {
    .auto_formats = {Format::kAvif, Format::kWebp, Format::kJxl, Format::kPng}};

std::optional<Expected<transform::ImageRequest>> Parse(const transform::Asked& asked) {
  static const auto dialect = transform::FindDialect("resize")->make(kDefaults);
  return dialect->Parse(asked);
}

// What has been accepted is settled: making it again changes nothing, and its text says all of it.
void CheckTransform(const Transform& transform) {
  const auto again = Transform::Make(transform.params());
  Expect(again && again->params() == transform.params());
  Expect(again->Canonical() == transform.Canonical());
  const std::string canonical = transform.Canonical();
  Expect(canonical.find_first_of("\r\n /") == std::string::npos && canonical.size() < 2048);
  Expect(transform.width() <= Transform::kMaxSide && transform.height() <= Transform::kMaxSide);
}

void CheckQuery(std::string_view query, std::string_view accept) {
  const auto image = Parse({"/resize/0/90/a.jpg", query, accept});
  Expect(image.has_value());
  if (*image) CheckTransform((*image)->transform);
}

void CheckImage(const transform::ImageRequest& image) {
  CheckTransform(image.transform);
  const std::string framed = '/' + image.source.path + '/';
  Expect(framed.find("//") == std::string::npos);
  Expect(framed.find("/./") == std::string::npos && framed.find("/../") == std::string::npos);
  Expect(image.source.path.find('\0') == std::string::npos);
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
  const auto image = Parse({.path = head.path, .query = head.query, .accept = head.accept});
  if (image && *image) CheckImage(**image);
}

}  // namespace
}  // namespace whittle

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whittle;
  const std::string_view bytes = AsText({data, size});
  CheckHeadEnd(bytes.substr(0, 2000));
  if (const auto head = http::ParseHead(bytes)) CheckHead(*head);
  CheckQuery(bytes, {});
  CheckQuery({}, bytes);
  const std::size_t line = bytes.find('\n');
  if (line != std::string_view::npos) CheckQuery(bytes.substr(0, line), bytes.substr(line + 1));
  const auto image = Parse({.path = bytes, .query = {}, .accept = {}});
  if (image && *image) CheckImage(**image);
  return 0;
}
