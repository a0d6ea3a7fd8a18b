#include "generator/floor_decode.h"

#include <avif/avif.h>
#include <libdeflate.h>
#include <png.h>
#include <webp/decode.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdio>  // jpeglib.h needs it
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
//
#include <jpeglib.h>

namespace whittle::bench {
namespace {

[[noreturn]] void Die(const char* library, const char* why) {
  std::fprintf(stderr, "%s: %s\n", library, why);
  std::exit(1);
}

bool Has(const File& file, std::size_t at, std::string_view bytes) {
  return file.size() >= at + bytes.size() &&
         std::memcmp(file.data() + at, bytes.data(), bytes.size()) == 0;
}

void DecodeJpeg(const File& file, std::vector<std::uint8_t>& space) {
  jpeg_decompress_struct info;
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, file.data(), file.size());
  jpeg_read_header(&info, TRUE);
  info.out_color_space = JCS_RGB;
  info.dct_method = JDCT_ISLOW;
  info.do_fancy_upsampling = TRUE;
  jpeg_start_decompress(&info);

  const std::size_t stride = std::size_t{info.output_width} * 3;
  const auto batch = static_cast<JDIMENSION>(info.rec_outbuf_height);
  space.resize(std::max(space.size(), stride * batch));
  std::vector<JSAMPROW> rows;
  for (JDIMENSION i = 0; i < batch; ++i) rows.push_back(space.data() + i * stride);
  while (info.output_scanline < info.output_height) jpeg_read_scanlines(&info, rows.data(), batch);
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
}

void PngError(png_structp, png_const_charp why) { Die("libpng", why); }
void PngWarning(png_structp, png_const_charp) {}

void PngRead(png_structp png, png_bytep to, std::size_t count) {
  auto& rest = *static_cast<std::span<const std::uint8_t>*>(png_get_io_ptr(png));
  if (rest.size() < count) png_error(png, "the file ends early");
  std::copy_n(rest.data(), count, to);
  rest = rest.subspan(count);
}

void DecodePng(const File& file, std::vector<std::uint8_t>& space) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, PngError, PngWarning);
  png_infop info = png_create_info_struct(png);
  std::span<const std::uint8_t> rest = file;
  png_set_read_fn(png, &rest, PngRead);
  png_read_info(png, info);
  png_set_expand(png);  // palettes and fewer than eight bits
  png_set_scale_16(png);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);

  // One row is enough but for Adam7, whose passes fill in each other's rows.
  const std::size_t stride = png_get_rowbytes(png, info);
  const png_uint_32 height = png_get_image_height(png, info);
  space.resize(std::max(space.size(), passes > 1 ? stride * height : stride));
  for (int pass = 0; pass < passes; ++pass) {
    for (png_uint_32 y = 0; y < height; ++y) {
      png_read_row(png, space.data() + (passes > 1 ? y * stride : 0), nullptr);
    }
  }
  png_read_end(png, nullptr);
  png_destroy_read_struct(&png, &info, nullptr);
}

// Planes are libwebp's and libavif's own, made and freed for each picture.
void DecodeWebp(const File& file) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) Die("libwebp", "another version than its headers");
  config.output.colorspace = MODE_YUV;
  if (WebPDecode(file.data(), file.size(), &config) != VP8_STATUS_OK) {
    Die("libwebp", "the file is damaged");
  }
  WebPFreeDecBuffer(&config.output);
}

void DecodeAvif(const File& file) {
  const std::unique_ptr<avifDecoder, decltype(&avifDecoderDestroy)> decoder(avifDecoderCreate(),
                                                                            avifDecoderDestroy);
  decoder->maxThreads = 1;
  decoder->codecChoice = AVIF_CODEC_CHOICE_DAV1D;
  avifResult result = avifDecoderSetIOMemory(decoder.get(), file.data(), file.size());
  if (result == AVIF_RESULT_OK) result = avifDecoderParse(decoder.get());
  if (result == AVIF_RESULT_OK) result = avifDecoderNextImage(decoder.get());
  if (result != AVIF_RESULT_OK) Die("libavif", avifResultToString(result));
}

std::uint32_t BigEndian32(const File& file, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, file.data() + at, sizeof value);
  return std::endian::native == std::endian::little ? __builtin_bswap32(value) : value;
}

}  // namespace

Format FormatOf(const File& file) {
  if (Has(file, 0, "\xFF\xD8\xFF")) return Format::kJpeg;
  if (Has(file, 0, "\x89PNG\r\n\x1A\n")) return Format::kPng;
  if (Has(file, 0, "RIFF") && Has(file, 8, "WEBP")) return Format::kWebp;
  if (Has(file, 4, "ftypavif") || Has(file, 4, "ftypavis")) return Format::kAvif;
  return Format::kUnknown;
}

void Decode(const File& file, std::vector<std::uint8_t>& space) {
  switch (FormatOf(file)) {
    case Format::kJpeg:
      return DecodeJpeg(file, space);
    case Format::kPng:
      return DecodePng(file, space);
    case Format::kWebp:
      return DecodeWebp(file);
    case Format::kAvif:
      return DecodeAvif(file);
    case Format::kUnknown:
      break;
  }
  Die("whittle_floor", "a file is neither JPEG, PNG, WebP nor AVIF");
}

void Inflate(const File& png, std::vector<std::uint8_t>& space) {
  // The IDAT chunks' contents in one piece: a few per cent of what inflating them takes.
  File stream;
  constexpr std::size_t kSignature = 8, kChunkHead = 8, kChunkTail = 4;  // bytes
  for (std::size_t at = kSignature; at + kChunkHead + kChunkTail <= png.size();) {
    const std::size_t size = BigEndian32(png, at);
    if (size > png.size() - at - kChunkHead - kChunkTail) Die("inflate", "the file ends early");
    const auto body = png.begin() + static_cast<std::ptrdiff_t>(at + kChunkHead);
    if (Has(png, at + 4, "IDAT")) {
      stream.insert(stream.end(), body, body + static_cast<std::ptrdiff_t>(size));
    }
    at += kChunkHead + size + kChunkTail;
  }
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> inflater(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  for (std::size_t room = std::max(space.size(), 4 * stream.size() + 1);; room *= 2) {
    space.resize(room);
    std::size_t made = 0;
    const auto result = libdeflate_zlib_decompress(inflater.get(), stream.data(), stream.size(),
                                                   space.data(), space.size(), &made);
    if (result == LIBDEFLATE_SUCCESS) return;
    if (result != LIBDEFLATE_INSUFFICIENT_SPACE) Die("libdeflate", "the stream is damaged");
  }
}

}  // namespace whittle::bench
