// A PNG file without metadata: its chunks as they are, but for those that say nothing about how the
// picture looks (PNG third edition, 11).
#include <algorithm>
#include <cstdint>

#include "codec/png_file.h"
#include "codec/png_writer.h"
#include "codec/strip.h"

namespace whittle::codec {
namespace {

// What stays, and its largest body: there is no room for more. pHYs is the shape of a pixel; acTL,
// fcTL and fdAT make an animation.
struct KeptChunk {
  std::uint32_t name;
  std::size_t most;
};
constexpr std::size_t kAny = SIZE_MAX;
constexpr KeptChunk kKept[] = {
    {PngName("IHDR"), 13}, {PngName("PLTE"), 768}, {PngName("IDAT"), kAny}, {PngName("tRNS"), 256},
    {PngName("cICP"), 4},  {PngName("sRGB"), 1},   {PngName("gAMA"), 4},    {PngName("cHRM"), 32},
    {PngName("sBIT"), 4},  {PngName("bKGD"), 6},   {PngName("pHYs"), 9},    {PngName("mDCV"), 24},
    {PngName("cLLI"), 8},  {PngName("acTL"), 8},   {PngName("fcTL"), 26},   {PngName("fdAT"), kAny},
};

bool IsKept(const PngChunk& chunk, const StripSpec& spec) {
  if (chunk.name == PngName("iCCP")) return spec.icc;
  return std::ranges::any_of(kKept, [&](const KeptChunk& kept) {
    return kept.name == chunk.name && chunk.body.size() <= kept.most;
  });
}

}  // namespace

Expected<Bytes> StripPng(ByteView file, const StripSpec& spec, const Limits&) {
  if (file.size() < sizeof kPngSignature) return Fail(ErrorKind::kUndecodable, "no signature");
  Bytes stripped;
  stripped.Reserve(file.size() + spec.exif.size() + 12);
  stripped.Append(kPngSignature);
  PngChunks chunks(file);
  for (std::size_t at = chunks.at(); const auto chunk = chunks.Next(); at = chunks.at()) {
    if (!chunk->whole) break;
    if (chunk->name == PngName("IEND")) {
      AppendPngChunk(stripped, PngName("IEND"), {});
      return stripped;
    }
    if (IsKept(*chunk, spec)) stripped.Append(file.subspan(at, chunks.at() - at));
    if (chunk->name == PngName("IHDR") && !spec.exif.empty()) {
      AppendPngChunk(stripped, PngName("eXIf"), spec.exif);
    }
  }
  return Fail(ErrorKind::kUndecodable, "no end");
}

}  // namespace whittle::codec
