// The packet is not edited in place: what expat understood is what we write, so that no other
// reader can find in it what we have not seen. Comments go: some readers search the bare text.
#include "codec/metadata/xmp_keep.h"

#include <expat.h>
#include <fmt/format.h>

#include <climits>
#include <memory>
#include <new>
#include <type_traits>

#include "codec/metadata/xmp_rewriter.h"

namespace whittle::codec {
namespace {

constexpr std::size_t kLargestPacket = INT_MAX;  // expat's own limit

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser>;

struct Work {
  XmpRewriter& rewriter;
  const std::stop_token& stop;
};

// What expat calls us with, several times for each KiB. No exception may pass through it.
template <class Step>
void Do(void* parser, Step step) noexcept {
  const auto& [rewriter, stop] =
      *static_cast<Work*>(XML_GetUserData(static_cast<XML_Parser>(parser)));
  try {
    step(rewriter);
  } catch (const std::bad_alloc&) {
    rewriter.Fail();
  }
  if (stop.stop_requested()) rewriter.Fail();
  if (rewriter.failed()) XML_StopParser(static_cast<XML_Parser>(parser), XML_FALSE);
}

void OnBegin(void* parser, const char* name, const char** attributes) {
  Do(parser, [&](XmpRewriter& to) { to.Begin(name, attributes); });
}
void OnEnd(void* parser, const char* name) {
  Do(parser, [&](XmpRewriter& to) { to.End(name); });
}
void OnText(void* parser, const char* text, int size) {
  Do(parser, [&](XmpRewriter& to) { to.Text({text, static_cast<std::size_t>(size)}); });
}
void OnInstruction(void* parser, const char* target, const char* data) {
  Do(parser, [&](XmpRewriter& to) { to.Instruction(target, data); });
}
// Entities come from nowhere else.
void OnDoctype(void* parser, const char*, const char*, const char*, int) {
  Do(parser, [](XmpRewriter& to) { to.Fail(); });
}

// Some writers begin the packet with a line's end.
ByteView Trimmed(ByteView xmp) {
  const auto is_space = [](std::uint8_t byte) { return byte == ' ' || (byte >= 9 && byte <= 13); };
  while (!xmp.empty() && is_space(xmp.front())) xmp = xmp.subspan(1);
  return xmp;
}

}  // namespace

Bytes XmpToKeep(ByteView xmp, std::uint32_t width, std::uint32_t height,
                const std::stop_token& stop) {
  xmp = Trimmed(xmp);
  const Parser parser(XML_ParserCreate(nullptr));
  if (xmp.empty() || xmp.size() > kLargestPacket || parser == nullptr) return {};
  XmpRewriter rewriter(width, height, xmp.size() * kXmpGrowth);
  Work work = {rewriter, stop};
  XML_SetUserData(parser.get(), &work);
  XML_UseParserAsHandlerArg(parser.get());
  XML_SetElementHandler(parser.get(), OnBegin, OnEnd);
  XML_SetCharacterDataHandler(parser.get(), OnText);
  XML_SetProcessingInstructionHandler(parser.get(), OnInstruction);
  XML_SetStartDoctypeDeclHandler(parser.get(), OnDoctype);
  const XML_Status status =
      XML_Parse(parser.get(), AsText(xmp).data(), static_cast<int>(xmp.size()), /*isFinal=*/1);
  // What stands behind the outermost element is no part of the packet, well-formed or not.
  if (rewriter.failed() || (status != XML_STATUS_OK && !rewriter.whole())) return {};
  return rewriter.TakeText();
}

std::string XmpLibraryVersion() {
  const XML_Expat_Version version = XML_ExpatVersionInfo();
  return fmt::format("expat {}.{}.{}", version.major, version.minor, version.micro);
}

}  // namespace whittle::codec
