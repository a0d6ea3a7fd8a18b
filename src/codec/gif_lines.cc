#include "codec/gif_lines.h"

#include <gif_lib.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace whittle::codec {
namespace {

std::unexpected<Error> Failed(int code) {
  if (code == D_GIF_ERR_NOT_ENOUGH_MEM) return Fail(ErrorKind::kInternal, "giflib: no memory");
  const char* text = GifErrorString(code);
  return Fail(ErrorKind::kUndecodable, text == nullptr ? "giflib" : text);
}

}  // namespace

void GifLines::Close::operator()(GifFileType* gif) const {
  int ignored = 0;
  DGifCloseFile(gif, &ignored);
}

int GifLines::Read(GifFileType* gif, unsigned char* into, int count) {
  Input& input = *static_cast<Input*>(gif->UserData);
  const std::size_t taken =
      std::min(static_cast<std::size_t>(std::max(count, 0)), input.file.size() - input.at);
  if (taken > 0) std::memcpy(into, input.file.data() + input.at, taken);
  input.at += taken;
  return static_cast<int>(taken);
}

Expected<std::unique_ptr<GifLines>> GifLines::Open(ByteView file) {
  auto lines = std::make_unique<GifLines>();
  lines->input_.file = file;
  int code = 0;
  lines->gif_.reset(DGifOpen(&lines->input_, Read, &code));
  if (lines->gif_ == nullptr) return Failed(code);
  return lines;
}

Expected<void> GifLines::Begin(const GifFrame& frame) {
  input_.at = frame.at;
  GifRecordType record{};
  if (DGifGetRecordType(gif_.get(), &record) == GIF_ERROR ||
      DGifGetImageDesc(gif_.get()) == GIF_ERROR) {
    return Failed(gif_->Error);
  }
  line_.resize(static_cast<std::size_t>(frame.width));
  return {};
}

Expected<std::span<const std::uint8_t>> GifLines::Next() {
  if (DGifGetLine(gif_.get(), line_.data(), static_cast<int>(line_.size())) == GIF_ERROR) {
    return Failed(gif_->Error);
  }
  return line_;
}

std::uint64_t GifLines::MemoryFor(std::size_t frames, int width) {
  constexpr std::uint64_t kTables = 64 << 10;
  constexpr std::uint64_t kFrame = sizeof(GifFrame) + sizeof(SavedImage) + 1024;
  return kTables + frames * kFrame + static_cast<std::uint64_t>(width);
}

GifColours ColoursOf(const GifFrame& frame) {
  GifColours colours;
  colours.fill({0, 0, 0, 255});
  // Without any palette, the first two colours are black and white (GIF89a, 11).
  if (frame.palette.empty()) colours[1] = {255, 255, 255, 255};
  for (std::size_t i = 0; i < frame.palette.size() / 3; ++i) {
    std::copy_n(frame.palette.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, colours[i].begin());
  }
  if (frame.transparent >= 0) colours[static_cast<std::size_t>(frame.transparent)] = {};
  return colours;
}

}  // namespace whittle::codec
