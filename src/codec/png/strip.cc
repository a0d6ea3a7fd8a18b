// A PNG file without metadata: its chunks as they are, but for those that say nothing about how the
// picture looks (PNG third edition, 11).
#include "codec/strip.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "codec/png/file.h"
#include "codec/png/writer.h"

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

constexpr std::string_view kNameAndMethod{"icc\0\0", 5};  // of a profile, as writer.cc's

// Tells which chunks stay, in the order of the file.
class Keeper {
 public:
  bool Keeps(const PngChunk& chunk) {
    const bool data = chunk.name == PngName("IDAT");
    // Only the first chunks in a row are the picture.
    if (data && state_ == State::kBehindData) return false;
    if (data) state_ = State::kInData;
    if (!data && state_ == State::kInData) state_ = State::kBehindData;
    const bool stays = std::ranges::any_of(kKept, [&](const KeptChunk& kept) {
      return kept.name == chunk.name && chunk.body.size() <= kept.most;
    });
    if (stays && chunk.name == PngName("acTL")) animated_ |= state_ == State::kBeforeData;
    const bool of_frames = chunk.name == PngName("acTL") || chunk.name == PngName("fcTL") ||
                           chunk.name == PngName("fdAT");
    return stays && (animated_ || !of_frames);
  }
  /// The compressed profile where this is the one that counts: of all the first, and its name,
  /// which may say anything, is not kept.
  ByteView TakeProfile(const PngChunk& chunk) {
    if (state_ != State::kBeforeData || profile_ || chunk.body.empty() || !chunk.IsSound()) {
      return {};
    }
    profile_ = true;
    const auto zero = std::ranges::find(chunk.body, std::uint8_t{0});
    const ByteView rest(zero, chunk.body.end());
    return rest.size() > 2 && rest[1] == 0 ? rest.subspan(2) : ByteView{};
  }

 private:
  enum class State : std::uint8_t { kBeforeData, kInData, kBehindData };
  State state_ = State::kBeforeData;
  bool animated_ = false;  // without acTL nobody shows frames
  bool profile_ = false;
};

}  // namespace

Expected<Bytes> StripPng(ByteView file, const StripSpec& spec, const Limits&) {
  if (file.size() < sizeof kPngSignature) return Fail(ErrorKind::kUndecodable, "no signature");
  Bytes stripped;
  stripped.Reserve(file.size() + spec.exif.size() + 12);
  stripped.Append(kPngSignature);
  PngChunks chunks(file);
  Keeper keeper;
  for (std::size_t at = chunks.at(); const auto chunk = chunks.Next(); at = chunks.at()) {
    if (!chunk->whole) break;
    if (chunk->name == PngName("IEND")) {
      AppendPngChunk(stripped, PngName("IEND"), {});
      return stripped;
    }
    if (chunk->name == PngName("iCCP")) {
      if (const ByteView profile = keeper.TakeProfile(*chunk); spec.icc && !profile.empty()) {
        Bytes body = Bytes::CopyOf(AsBytes(kNameAndMethod));
        body.Append(profile);
        AppendPngChunk(stripped, chunk->name, body.view());
      }
    } else if (keeper.Keeps(*chunk)) {
      stripped.Append(file.subspan(at, chunks.at() - at));
    }
    if (chunk->name == PngName("IHDR") && !spec.exif.empty()) {
      AppendPngChunk(stripped, PngName("eXIf"), spec.exif);
    }
  }
  return Fail(ErrorKind::kUndecodable, "no end");
}

}  // namespace whittle::codec
