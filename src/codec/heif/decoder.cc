#include "codec/heif/decoder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/checked.h"
#include "codec/isobmff/items.h"

namespace whittle::codec {
namespace {

// Longest side of any picture in a file, tiles included.
constexpr int kLongestSide = 32768;

constexpr std::uint64_t kContext = 8 << 20;
constexpr int kSamplesOfTwo400 = 2, kSamplesOfTwo420 = 3, kSamplesOfTwo444 = 6;

// libheif holds the coded planes while it makes those of RGB, and before that the decoder's own
// picture beside a copy. Grey becomes 4:2:0 first. The decoder's tables are less than 2 bytes a
// pixel. Measured on 12 and 24 megapixels: of 8 bits in 4:0:0 5.5 bytes a pixel and in 4:2:0 4.5,
// of 10 bits in 4:2:0 9.0 and in 4:2:2 10.0.
std::uint64_t PieceBytes(std::uint64_t pixels, pixel::PixelFormat format, int samples_of_two) {
  const std::uint64_t sample = pixel::IsWide(format) ? 2 : 1;
  const auto coded = static_cast<std::uint64_t>(samples_of_two) * sample;  // of two pixels
  const std::uint64_t grey = samples_of_two == kSamplesOfTwo400 ? kSamplesOfTwo420 * sample : 0;
  // Sides are bounded, so nothing overflows.
  return pixels * std::max((coded + grey + 6 * sample + 1) / 2, coded + 2);
}

// What libheif puts together, crops or turns takes RGB three times over at most. With alpha these
// are RGB, and alpha as a picture of its own, whose depth and chroma are not known before.
std::uint64_t BytesOfOthers(std::uint64_t pixels, pixel::PixelFormat format) {
  const std::uint64_t rgb = pixel::IsWide(format) ? 6 : 3;
  return SaturatingMultiply(pixels,
                            pixel::HasAlpha(format) ? rgb + std::uint64_t{2} * 6 + 2 : 3 * rgb + 1);
}

std::uint64_t DecodeBytes(const HeifFile& file) {
  const heif_image_handle* handle = file.handle.get();
  const auto side = [](int pixels) { return static_cast<std::uint64_t>(std::max(pixels, 0)); };
  const std::uint64_t stored = side(heif_image_handle_get_ispe_width(handle)) *
                               side(heif_image_handle_get_ispe_height(handle));
  const std::uint64_t shown = side(file.width) * side(file.height);
  const auto& piece = file.input->boxes().piece;
  return SaturatingAdd(kContext, file.as_stored && piece
                                     ? PieceBytes(stored, file.format, piece->samples_of_two)
                                     : BytesOfOthers(std::max(stored, shown), file.format));
}

// Cells are decoded one after the other, and a row of them is kept.
std::uint64_t GridBytes(const HeifGrid& grid, pixel::PixelFormat format) {
  const auto side = [](int pixels) { return static_cast<std::uint64_t>(pixels); };
  const auto pixel = static_cast<std::uint64_t>(pixel::PixelBytes(format));
  const std::uint64_t cell = side(grid.cell_width) * side(grid.cell_height);
  const std::uint64_t row = side(grid.width) * side(grid.cell_height);
  return kContext + PieceBytes(cell, format, kSamplesOfTwo444) + row * pixel;
}

// A grid goes by cells, and a picture of one piece as stored, but where there is alpha, to which
// libheif applies its own rotation always.
void TakeAsStored(HeifFile& file) {
  HeifBoxes& boxes = file.input->boxes();
  const heif_image_handle* handle = file.handle.get();
  if (heif_image_handle_has_alpha_channel(handle) != 0) return;
  if (boxes.grid) {
    file.grid = std::move(boxes.grid);
    file.width = file.grid->width;
    file.height = file.grid->height;
    file.orientation = file.grid->orientation;
    file.as_stored = true;
  } else if (boxes.piece && heif_image_handle_get_ispe_width(handle) > 0 &&
             heif_image_handle_get_ispe_height(handle) > 0) {
    file.width = heif_image_handle_get_ispe_width(handle);
    file.height = heif_image_handle_get_ispe_height(handle);
    file.orientation = boxes.piece->orientation;
    file.as_stored = true;
  }
}

Expected<void> ReadHandle(HeifFile& file, const Limits& limits) {
  const heif_image_handle* handle = file.handle.get();
  file.width = heif_image_handle_get_width(handle);
  file.height = heif_image_handle_get_height(handle);
  const int stored_width = heif_image_handle_get_ispe_width(handle);
  const int stored_height = heif_image_handle_get_ispe_height(handle);
  // Sides beyond INT_MAX come as negative ones.
  if (file.width < 0 || file.height < 0 || stored_width < 0 || stored_height < 0) {
    return Fail(ErrorKind::kTooLarge, "sides");
  }
  if (file.width == 0 || file.height == 0) return Fail(ErrorKind::kUndecodable, "no size");
  const auto pixels = [](int width, int height) {
    return static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
  };
  if (pixels(file.width, file.height) > limits.max_source_pixels ||
      pixels(stored_width, stored_height) > limits.max_source_pixels) {
    return Fail(ErrorKind::kTooLarge, "pixels");
  }
  if (std::max({file.width, file.height, stored_width, stored_height}) > kLongestSide) {
    return Fail(ErrorKind::kTooLarge, "sides");
  }
  const int bits = heif_image_handle_get_luma_bits_per_pixel(handle);
  if (bits < 1 || bits > 16) return Fail(ErrorKind::kUndecodable, "no coding that is known");
  file.format =
      pixel::FormatWith(false, heif_image_handle_has_alpha_channel(handle) != 0, bits > 8);
  TakeAsStored(file);
  file.decode_bytes =
      SaturatingAdd(file.input->size(),  // libheif copies an item before it decodes it
                    file.grid ? GridBytes(*file.grid, file.format) : DecodeBytes(file));
  if (file.decode_bytes > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "decoder needs more than max_working_bytes");
  }
  return {};
}

}  // namespace

Error HeifErrorOf(const heif_error& error) {
  std::string detail = error.message;
  if (error.code == heif_error_Memory_allocation_error) {
    const bool limit = error.subcode == heif_suberror_Security_limit_exceeded;
    return Error::Of(limit ? ErrorKind::kTooLarge : ErrorKind::kInternal, std::move(detail));
  }
  const bool unsupported = error.code == heif_error_Unsupported_filetype ||
                           error.code == heif_error_Unsupported_feature ||
                           error.code == heif_error_Plugin_loading_error;
  return Error::Of(unsupported ? ErrorKind::kUnsupported : ErrorKind::kUndecodable,
                   std::move(detail));
}

Expected<HeifFile> OpenHeifFile(ByteView bytes, const Limits& limits, const std::stop_token& stop) {
  if (bytes.size() > limits.max_source_bytes) return Fail(ErrorKind::kTooLarge, "source bytes");
  if (SaysTooMuch(bytes)) return Fail(ErrorKind::kTooLarge, "its boxes say too much");
  if (heif_have_decoder_for_format(heif_compression_HEVC) == 0) {
    return FailSaying(ErrorKind::kUnsupported, "HEIC is not supported", "no HEVC decoder");
  }
  HeifFile file;
  file.input = std::make_unique<HeifInput>(bytes);
  if (file.input->end_of_file() > limits.max_source_bytes) {  // of a file that is cut
    return Fail(ErrorKind::kTooLarge, "source bytes");
  }
  file.context.reset(heif_context_alloc());
  if (file.context == nullptr) return Fail(ErrorKind::kOverloaded, "no memory for a HEIF context");
  heif_context_set_maximum_image_size_limit(file.context.get(), kLongestSide);
  heif_context_set_max_decoding_threads(file.context.get(), 0);  // none besides the caller's
  file.input->StopWith(stop);
  heif_error error = heif_context_read_from_reader(file.context.get(), &HeifInput::Reader(),
                                                   file.input.get(), nullptr);
  file.input->StopWith({});
  if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  if (error.code != heif_error_Ok) return std::unexpected(HeifErrorOf(error));
  heif_image_handle* handle = nullptr;
  error = heif_context_get_primary_image_handle(file.context.get(), &handle);
  file.handle.reset(handle);
  if (error.code != heif_error_Ok) return std::unexpected(HeifErrorOf(error));
  WHITTLE_CHECK(ReadHandle(file, limits));
  return file;
}

}  // namespace whittle::codec
