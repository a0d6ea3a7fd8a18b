#include "codec/gif/layout.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace whittle::codec {
namespace {

constexpr std::size_t kScreenBytes = 13;      // signature and logical screen descriptor
constexpr std::size_t kDescriptorBytes = 10;  // of an image
constexpr std::uint8_t kImage = ',';
constexpr std::uint8_t kExtension = '!';
constexpr std::uint8_t kGraphicControl = 0xF9;
constexpr std::uint8_t kPlainText = 0x01;
constexpr std::uint8_t kApplication = 0xFF;

// A GIF that asks for no time, or next to none, is shown at this pace by all browsers.
constexpr int kUnstatedDuration = 100;

// The best that LZW can do is some 4096 pixels for a code of 12 bits. A large frame whose data are
// whole and still too few by more than that is there for the work it asks for.
constexpr std::uint64_t kMostPixelsPerByte = 4096;
constexpr std::uint64_t kLargeFrame = 16'000'000;

// Reads forward; past the end everything is nothing.
class Walker {
 public:
  Walker(ByteView file, const Limits& limits) : limits_(limits) { layout_.file = file; }

  Expected<GifLayout> Run();

 private:
  ByteView Take(std::size_t count) {
    if (layout_.file.size() - at_ < count) {
      at_ = layout_.file.size();
      layout_.cut = true;
      return {};
    }
    at_ += count;
    return layout_.file.subspan(at_ - count, count);
  }
  // The sub-blocks from here on, with the one of length 0 that ends them; nothing when it is not
  // there.
  std::optional<ByteView> TakeSubBlocks();
  bool Extension();
  void Application(ByteView blocks);
  Expected<bool> Image();
  Expected<void> Judge();

  GifLayout layout_;
  const Limits& limits_;
  std::size_t at_ = 0;
  ByteView palette_;  // of the whole file
  GifFrame next_;     // what graphic control has said of it
  bool loops_known_ = false;
};

int Word(ByteView bytes, std::size_t at) { return bytes[at] | bytes[at + 1] << 8; }

std::size_t PaletteBytes(std::uint8_t flags) {
  return (flags & 0x80) != 0 ? std::size_t{3} * (2U << (flags & 7)) : 0;
}

std::optional<ByteView> Walker::TakeSubBlocks() {
  const std::size_t from = at_;
  while (true) {
    const ByteView length = Take(1);
    if (length.empty()) return std::nullopt;
    if (length[0] == 0) return layout_.file.subspan(from, at_ - from);
    if (Take(length[0]).empty()) return std::nullopt;
  }
}

void Walker::Application(ByteView blocks) {
  constexpr std::size_t kName = 11;
  if (blocks[0] != kName) return;
  const std::string_view name = AsText(blocks.subspan(1, kName));
  const ByteView data = blocks.subspan(1 + kName);
  if (name == "NETSCAPE2.0" || name == "ANIMEXTS1.0") {
    if (loops_known_ || data.size() < 4 || data[0] != 3 || data[1] != 1) return;
    loops_known_ = true;
    // The file counts repetitions.
    const int repeated = Word(data, 2);
    layout_.loops = repeated == 0 ? 0 : repeated + 1;
  } else if (name == "ICCRGBG1012") {
    if (layout_.icc.empty()) layout_.icc = data;
  } else if (name == "XMP DataXMP") {
    // Not in sub-blocks, but followed by 258 bytes that lead any reader of sub-blocks out.
    constexpr std::size_t kTail = 258;
    if (data.size() > kTail) layout_.xmp = data.first(data.size() - kTail);
  }
}

// False at the end of the file.
bool Walker::Extension() {
  const ByteView label = Take(1);
  const auto blocks = TakeSubBlocks();
  if (label.empty() || !blocks) return false;
  if (label[0] == kGraphicControl && (*blocks)[0] >= 4) {
    const ByteView control = blocks->subspan(1);
    const int disposal = control[0] >> 2 & 7;
    const int hundredths = Word(control, 1);
    next_.disposal = disposal == 2   ? GifDisposal::kBackground
                     : disposal == 3 ? GifDisposal::kPrevious
                                     : GifDisposal::kNone;
    next_.duration = hundredths <= 1 ? kUnstatedDuration : 10 * hundredths;
    next_.transparent = (control[0] & 1) != 0 ? control[3] : -1;
  } else if (label[0] == kPlainText) {
    // Which we do not show, with the control block that was meant for it.
    next_ = {.duration = kUnstatedDuration};
  } else if (label[0] == kApplication) {
    Application(*blocks);
  }
  return true;
}

// False when the list of frames ends here.
Expected<bool> Walker::Image() {
  GifFrame frame = next_;
  next_ = {.duration = kUnstatedDuration};
  frame.at = at_ - 1;
  const ByteView descriptor = Take(kDescriptorBytes - 1);
  if (descriptor.empty()) return false;
  frame.left = Word(descriptor, 0);
  frame.top = Word(descriptor, 2);
  frame.width = Word(descriptor, 4);
  frame.height = Word(descriptor, 6);
  frame.interlaced = (descriptor[8] & 0x40) != 0;
  const std::size_t palette_bytes = PaletteBytes(descriptor[8]);
  frame.palette = palette_bytes > 0 ? Take(palette_bytes) : palette_;
  const bool first = layout_.frames.empty();
  Take(1);  // bits of a code
  const std::size_t data_at = at_;
  const bool whole = TakeSubBlocks().has_value();
  if (!whole && !first) return false;
  const auto pixels =
      static_cast<std::uint64_t>(frame.width) * static_cast<std::uint64_t>(frame.height);
  const std::uint64_t data_bytes = at_ - data_at;
  if (pixels > limits_.max_source_pixels) return Fail(ErrorKind::kTooLarge, "pixels of a frame");
  if (pixels > kLargeFrame && pixels / kMostPixelsPerByte > data_bytes) {
    return Fail(whole ? ErrorKind::kTooLarge : ErrorKind::kUndecodable,
                "a large frame with next to no data");
  }
  if (first) layout_.cut = false;  // what is missing of its lines is seen when they are read
  if (pixels > 0 || first) layout_.frames.push_back(frame);
  return whole && layout_.frames.size() < limits_.max_frames;
}

// What can be said only when all frames are known.
Expected<void> Walker::Judge() {
  if (layout_.frames.empty()) return Fail(ErrorKind::kUndecodable, "no frame");
  const GifFrame& first = layout_.frames.front();
  if (first.width == 0 || first.height == 0) {
    return Fail(ErrorKind::kUndecodable, "the first frame shows nothing");
  }
  // Browsers agree that the first frame, and no other, enlarges a canvas that does not hold it.
  layout_.width = std::max(layout_.width, first.left + first.width);
  layout_.height = std::max(layout_.height, first.top + first.height);
  const auto pixels =
      static_cast<std::uint64_t>(layout_.width) * static_cast<std::uint64_t>(layout_.height);
  if (pixels > limits_.max_source_pixels) return Fail(ErrorKind::kTooLarge, "pixels");
  bool opaque = false;
  for (const GifFrame& frame : layout_.frames) {
    const bool before = opaque;
    opaque = opaque || (layout_.Covers(frame) && frame.transparent < 0);
    if (!opaque) layout_.alpha = true;
    if (frame.disposal == GifDisposal::kBackground) opaque = false;
    if (frame.disposal == GifDisposal::kPrevious) opaque = before;
  }
  return {};
}

Expected<GifLayout> Walker::Run() {
  const ByteView screen = Take(kScreenBytes);
  if (screen.empty()) return Fail(ErrorKind::kUndecodable, "no screen descriptor");
  layout_.width = Word(screen, 6);
  layout_.height = Word(screen, 8);
  const auto pixels =
      static_cast<std::uint64_t>(layout_.width) * static_cast<std::uint64_t>(layout_.height);
  if (pixels > limits_.max_source_pixels) return Fail(ErrorKind::kTooLarge, "pixels");
  palette_ = Take(PaletteBytes(screen[10]));
  next_ = {.duration = kUnstatedDuration};
  // Some files lack the trailer, and nothing else.
  for (bool more = true; more && at_ < layout_.file.size();) {
    const std::uint8_t block = Take(1)[0];
    if (block == kImage) {
      WHITTLE_TRY(more, Image());
    } else if (block == kExtension) {
      more = Extension();
    } else {
      more = block == 0;  // the trailer, or junk; some writers end a block twice
    }
  }
  WHITTLE_CHECK(Judge());
  return std::move(layout_);
}

}  // namespace

Expected<GifLayout> ReadGifLayout(ByteView file, const Limits& limits) {
  if (file.size() > limits.max_source_bytes) return Fail(ErrorKind::kTooLarge, "source bytes");
  return Walker(file, limits).Run();
}

Bytes JoinSubBlocks(ByteView blocks, std::size_t max_bytes) {
  Bytes joined;
  for (std::size_t at = 0; at < blocks.size() && blocks[at] != 0; at += 1U + blocks[at]) {
    if (joined.size() + blocks[at] > max_bytes) return {};
    joined.Append(blocks.subspan(at + 1, blocks[at]));
  }
  return joined;
}

int GifInterlacedRow(int n, int height) {
  constexpr std::array<std::array<int, 2>, 4> kPasses = {{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
  for (const auto [from, step] : kPasses) {
    const int rows = from < height ? (height - from + step - 1) / step : 0;
    if (n < rows) return from + n * step;
    n -= rows;
  }
  return height - 1;
}

bool GifHasRow(const GifFrame& frame, int y, int lines) {
  if (!frame.interlaced) return y < lines;
  // Rows of the passes before that of row `y`, and those of its own above it.
  const auto eighths = (frame.height + 7) / 8, quarters = (frame.height + 3) / 4;
  const auto halves = (frame.height + 1) / 2;
  const int line = y % 8 == 0   ? y / 8
                   : y % 8 == 4 ? eighths + y / 8
                   : y % 4 == 2 ? quarters + y / 4
                                : halves + y / 2;
  return line < lines;
}

int GifRowsShown(const GifFrame& frame, int lines) {
  if (!frame.interlaced) return lines;
  return lines < (frame.height + 7) / 8 ? 8 * lines : frame.height;
}

}  // namespace whittle::codec
