#include "codec/jpeg/decoder.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "base/checked.h"
#include "codec/jpeg/input.h"
#include "codec/jpeg/lossless.h"

namespace whittle::codec {
namespace {

// A file that was to be filled later, or of which a block was lost, ends in zeros, which a decoder
// takes for MCUs. One or two may be data (a byte of it, and the stuffing of an FF); more are not.
ByteView WithoutZerosAtItsEnd(ByteView file) {
  constexpr std::size_t kMayBeData = 2;
  std::size_t size = file.size();
  while (size > 0 && file[size - 1] == 0) --size;
  if (file.size() - size <= kMayBeData) return file;
  const bool stuffed = size > 0 && file[size - 1] == 0xFF;
  return file.first(size + (stuffed ? 1 : 0));
}

std::uint64_t PixelsOf(const jpeg_decompress_struct& c) {
  return std::uint64_t{c.image_width} * c.image_height;
}

std::span<const jpeg_component_info> ComponentsOf(const jpeg_decompress_struct& c) {
  return {c.comp_info, static_cast<std::size_t>(c.num_components)};
}

// All samples of all components as 16-bit coefficients: what libjpeg keeps when the picture comes
// in more than one scan.
std::uint64_t CoefficientBytes(const jpeg_decompress_struct& c) {
  constexpr std::uint64_t kBlock = DCTSIZE2 * sizeof(JCOEF);
  std::uint64_t bytes = 0;
  for (const jpeg_component_info& part : ComponentsOf(c)) {
    // At most one sampling factor is added to reach whole units of several blocks.
    const auto width = std::uint64_t{part.width_in_blocks} + std::uint64_t(part.h_samp_factor);
    const auto height = std::uint64_t{part.height_in_blocks} + std::uint64_t(part.v_samp_factor);
    bytes += width * height * kBlock + height * sizeof(void*);
  }
  return bytes;
}

// A row of blocks with its neighbours for smooth upsampling (10 groups of rows per component), the
// upsampled rows (up to 4), and libjpeg's tables. Doubled for alignment and pools.
std::uint64_t RowBytes(const jpeg_decompress_struct& c) {
  constexpr std::uint64_t kTables = 128 << 10;
  constexpr std::uint64_t kRowGroups = 10;
  std::uint64_t bytes = kTables;
  for (const jpeg_component_info& part : ComponentsOf(c)) {
    const auto rows = std::uint64_t(part.v_samp_factor);
    bytes +=
        (std::uint64_t{part.width_in_blocks} + MAX_SAMP_FACTOR) * 2 * DCTSIZE * (kRowGroups * rows);
    bytes += 2 * (std::uint64_t{c.image_width} + DCTSIZE) * MAX_SAMP_FACTOR;
  }
  return bytes;
}

Expected<void> CheckHeader(jpeg_decompress_struct& c, const Limits& limits) {
  if (!FormatOf(c)) {
    return FailSaying(ErrorKind::kUnsupported, "JPEG of unusual colour is not supported",
                      "neither 1, 3 nor 4 components");
  }
  if (DecodeBytes(c) > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "decoder needs more than max_working_bytes");
  }
  return {};
}

}  // namespace

void DestroyDecoder::operator()(Decoder* decoder) const {
  jpeg_destroy_decompress(&decoder->c);  // harmless when creation failed
  delete decoder;
}

Expected<DecoderPtr> OpenDecoder(ByteView file, const Limits& limits, std::stop_token stop) {
  if (file.size() > limits.max_source_bytes) return Fail(ErrorKind::kTooLarge, "source bytes");
  file = WithoutZerosAtItsEnd(file);
  DecoderPtr decoder(new Decoder);
  Decoder& d = *decoder;
  d.stop = std::move(stop);
  d.limits = limits;
  d.file = file;
  d.c.err = Arm(d.trap, ErrorKind::kUndecodable);
  d.c.client_data = &d;
  const bool read = Guarded(d.trap, [&d, file] {
    jpeg_create_decompress(&d.c);
    d.c.mem->max_memory_to_use = static_cast<long>(
        std::min<std::uint64_t>(d.limits.max_working_bytes, std::numeric_limits<long>::max()));
    ReadFrom(d, file);
    CatchSegments(d);
    WatchScans(d);
    jpeg_read_header(&d.c, TRUE);
  });
  // Judged first: a header may be both too large and broken further on, and size is the safer word.
  if (PixelsOf(d.c) > limits.max_source_pixels) return Fail(ErrorKind::kTooLarge, "pixels");
  if (!read && d.trap.kind == ErrorKind::kUnsupported && !LosslessScanIsSound(file)) {
    return Fail(ErrorKind::kUndecodable, "lossless, with an impossible scan header");
  }
  if (!read) return std::unexpected(ErrorOf(d.trap));
  WHITTLE_CHECK(CheckHeader(d.c, limits));
  d.header_read = true;
  return decoder;
}

Expected<void> ReopenForGaps(DecoderPtr& decoder) {
  const ByteView file = decoder->file;
  const Limits limits = decoder->limits;
  std::stop_token stop = std::move(decoder->stop);
  decoder.reset();  // its memory first
  WHITTLE_TRY(decoder, OpenDecoder(file, limits, std::move(stop)));
  decoder->trap.allows_gaps = true;
  return {};
}

std::optional<pixel::PixelFormat> FormatOf(const jpeg_decompress_struct& c) {
  switch (c.out_color_space) {  // libjpeg's proposal for the colour space of the file
    case JCS_GRAYSCALE:
      return pixel::PixelFormat::kGrey8;
    case JCS_RGB:
      return pixel::PixelFormat::kRgb8;
    case JCS_CMYK:
      return pixel::PixelFormat::kCmyk8;
    default:
      return std::nullopt;
  }
}

std::uint64_t DecodeBytes(jpeg_decompress_struct& c) {
  return RowBytes(c) + (jpeg_has_multiple_scans(&c) == TRUE ? CoefficientBytes(c) : 0);
}

}  // namespace whittle::codec
