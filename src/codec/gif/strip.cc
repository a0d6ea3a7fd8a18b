// A GIF file without metadata: screen, palettes and frames with their control blocks; of
// application extensions the loop count and, where it is kept, the profile. Comments, XMP, plain
// text, which nobody shows, and whatever lies behind the trailer go.
#include "codec/strip.h"

#include <optional>
#include <string_view>
#include <utility>

namespace whittle::codec {
namespace {

// GIF89a, 18 to 27.
constexpr std::size_t kScreenBytes = 13;  // signature and logical screen descriptor
constexpr std::size_t kDescriptorBytes = 10;
constexpr std::uint8_t kImage = ',', kExtension = '!', kTrailer = ';';
constexpr std::uint8_t kGraphicControl = 0xF9, kPlainText = 0x01, kApplication = 0xFF;
constexpr std::size_t kApplicationName = 11, kControlBytes = 4;

std::size_t PaletteBytes(std::uint8_t flags) {
  return (flags & 0x80) != 0 ? std::size_t{3} * (2U << (flags & 7)) : 0;
}

// One walk over the blocks.
class Stripper {
 public:
  Stripper(ByteView file, const StripSpec& spec) : file_(file), spec_(spec) {}

  Expected<Bytes> Run() {
    stripped_.Reserve(file_.size());
    const auto screen = Take(kScreenBytes);
    const auto palette = screen ? Take(PaletteBytes((*screen)[10])) : std::nullopt;
    if (!palette) return Fail(ErrorKind::kUndecodable, "no screen");
    stripped_.Append(*screen);
    stripped_.Append(*palette);
    while (const auto block = Take(1)) {
      if ((*block)[0] == kTrailer) break;
      if ((*block)[0] == 0) continue;  // some writers end a block twice
      if ((*block)[0] != kImage && (*block)[0] != kExtension) break;  // where all readers stop
      const bool whole = (*block)[0] == kImage ? Image() : Extension();
      if (!whole) return Fail(ErrorKind::kUndecodable, "a block that is cut");
    }
    constexpr std::uint8_t kEnd[] = {kTrailer};
    stripped_.Append(kEnd);
    return std::move(stripped_);
  }

 private:
  std::optional<ByteView> Take(std::size_t count) {
    if (file_.size() - at_ < count) return std::nullopt;
    at_ += count;
    return file_.subspan(at_ - count, count);
  }

  // With the one of length 0 that ends them.
  bool SkipSubBlocks() {
    while (const auto length = Take(1)) {
      if ((*length)[0] == 0) return true;
      if (!Take((*length)[0])) return false;
    }
    return false;
  }

  bool Image() {
    const std::size_t from = at_ - 1;
    const auto descriptor = Take(kDescriptorBytes - 1);
    if (!descriptor || !Take(PaletteBytes((*descriptor)[8])) || !Take(1) || !SkipSubBlocks()) {
      return false;
    }
    PutControl();
    stripped_.Append(file_.subspan(from, at_ - from));
    return true;
  }

  bool Extension() {
    const auto label = Take(1);
    const std::size_t blocks_at = at_;
    if (!label || !SkipSubBlocks()) return false;
    const ByteView blocks = file_.subspan(blocks_at, at_ - blocks_at);
    if ((*label)[0] == kGraphicControl && blocks[0] >= kControlBytes) {
      control_ = blocks.subspan(1, kControlBytes);  // of the frame to come
    } else if ((*label)[0] == kPlainText) {
      control_ = {};
    } else if ((*label)[0] == kApplication && blocks[0] == kApplicationName) {
      Application(AsText(blocks.subspan(1, kApplicationName)),
                  blocks.subspan(1 + kApplicationName));
    }
    return true;
  }

  void PutControl() {
    if (control_.empty()) return;
    constexpr std::uint8_t kHead[] = {kExtension, kGraphicControl, kControlBytes};
    constexpr std::uint8_t kEnd[] = {0};
    stripped_.Append(kHead);
    stripped_.Append(control_);
    stripped_.Append(kEnd);
    control_ = {};
  }

  void Application(std::string_view name, ByteView data) {
    if (name == "NETSCAPE2.0" || name == "ANIMEXTS1.0") {
      constexpr std::size_t kLoopBlock = 4;  // a length of 3, 1, and how often
      if (data.size() >= kLoopBlock && data[0] == 3 && data[1] == 1) {
        PutApplication(name, data.first(kLoopBlock));
      }
    } else if (name == "ICCRGBG1012" && spec_.icc && !std::exchange(has_profile_, true)) {
      PutApplication(name, data.first(data.size() - 1));
    }
  }

  void PutApplication(std::string_view name, ByteView sub_blocks) {
    constexpr std::uint8_t kHead[] = {kExtension, kApplication, kApplicationName};
    constexpr std::uint8_t kEnd[] = {0};
    stripped_.Append(kHead);
    stripped_.Append(AsBytes(name));
    stripped_.Append(sub_blocks);
    stripped_.Append(kEnd);
  }

  ByteView file_;
  const StripSpec& spec_;
  std::size_t at_ = 0;
  ByteView control_;
  Bytes stripped_;
  bool has_profile_ = false;  // the first is the one that counts
};

}  // namespace

Expected<Bytes> StripGif(ByteView file, const StripSpec& spec, const Limits&) {
  if (!spec.exif.empty()) return Fail(ErrorKind::kUnsupported, "GIF has no place for EXIF");
  return Stripper(file, spec).Run();
}

}  // namespace whittle::codec
