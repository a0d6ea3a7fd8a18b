#include "codec/gif/lines.h"

#include <gif_lib.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace whittle::codec {
namespace {

std::unexpected<Error> Failed(int code) {
  if (code == D_GIF_ERR_NOT_ENOUGH_MEM) return Fail(ErrorKind::kOverloaded, "giflib: no memory");
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
  if (input.expects == Expects::kLength) {
    // The sub-block that the file's end cuts short is as long as what is there of it, and after it
    // there is one of length 0, as after the last of a whole frame.
    const std::size_t length = taken == 1 ? *into : 0;
    *into = static_cast<unsigned char>(std::min(length, input.file.size() - input.at));
    input.ended = *into == 0;
    if (!input.ended) input.expects = Expects::kBlock;
    return 1;
  }
  if (input.expects == Expects::kBlock) input.expects = Expects::kLength;
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
  input_ = {.file = input_.file, .at = frame.at};
  GifRecordType record{};
  if (DGifGetRecordType(gif_.get(), &record) == GIF_ERROR ||
      DGifGetImageDesc(gif_.get()) == GIF_ERROR) {
    return Failed(gif_->Error);
  }
  input_.expects = Expects::kLength;
  line_.resize(static_cast<std::size_t>(frame.width));
  next_.resize(line_.size());
  return {};
}

Expected<std::span<const std::uint8_t>> GifLines::Next() {
  if (DGifGetLine(gif_.get(), next_.data(), static_cast<int>(next_.size())) == GIF_ERROR) {
    // By the end of the sub-blocks, by the code that stands there before it, or by an impossible
    // one.
    if (input_.ended || gif_->Error == D_GIF_ERR_EOF_TOO_SOON ||
        gif_->Error == D_GIF_ERR_IMAGE_DEFECT) {
      return std::span<std::uint8_t>();
    }
    return Failed(gif_->Error);
  }
  std::swap(line_, next_);
  return line_;
}

std::uint64_t GifLines::MemoryFor(std::size_t frames, int width) {
  constexpr std::uint64_t kTables = 64 << 10;
  constexpr std::uint64_t kFrame = sizeof(GifFrame) + sizeof(SavedImage) + 1024;
  return kTables + frames * kFrame + 2 * static_cast<std::uint64_t>(width);
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

std::array<std::uint8_t, 4> GifMeanOf(std::span<const std::uint8_t> line,
                                      const GifColours& colours) {
  std::array<std::uint64_t, 3> sums{};
  std::uint64_t opaque = 0;
  for (const std::uint8_t index : line) {
    const auto& colour = colours[index];
    if (colour[3] == 0) continue;
    ++opaque;
    for (std::size_t c = 0; c < 3; ++c) sums[c] += colour[c];
  }
  std::array<std::uint8_t, 4> mean{};
  if (2 * opaque < line.size()) return mean;
  for (std::size_t c = 0; c < 3; ++c) {
    mean[c] = static_cast<std::uint8_t>((sums[c] + opaque / 2) / opaque);
  }
  mean[3] = 255;
  return mean;
}

}  // namespace whittle::codec
