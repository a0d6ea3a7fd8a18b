#include "codec/tiff/layout.h"

#include <algorithm>
#include <array>

#include "base/checked.h"

namespace whittle::codec {
namespace {

constexpr int kMostSamples = 32;  // of a pixel; more is a damaged file
constexpr std::array kCompressions = {
    COMPRESSION_NONE,      COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4,
    COMPRESSION_CCITTRLEW, COMPRESSION_LZW,      COMPRESSION_JPEG,      COMPRESSION_ADOBE_DEFLATE,
    COMPRESSION_DEFLATE,   COMPRESSION_PACKBITS, COMPRESSION_LZMA,      COMPRESSION_ZSTD,
    COMPRESSION_WEBP,      COMPRESSION_SGILOG,   COMPRESSION_SGILOG24};

Expected<void> Unsupported(const char* detail) {
  return FailSaying(ErrorKind::kUnsupported, "TIFF of this kind is not supported", detail);
}

Expected<void> ReadShape(const TiffFile& file, const Limits& limits, TiffLayout& layout) {
  const auto width = file.Get<std::uint32_t>(TIFFTAG_IMAGEWIDTH);
  const auto height = file.Get<std::uint32_t>(TIFFTAG_IMAGELENGTH);
  if (width == 0 || height == 0) return Fail(ErrorKind::kUndecodable, "no width or no height");
  if (std::uint64_t{width} * height > limits.max_source_pixels) {
    return Fail(ErrorKind::kTooLarge, "pixels");
  }
  constexpr std::uint32_t kMostSide = 1 << 30;
  if (width > kMostSide || height > kMostSide) return Fail(ErrorKind::kTooLarge, "side");
  layout.width = static_cast<int>(width);
  layout.height = static_cast<int>(height);
  const int orientation = file.Get<std::uint16_t>(TIFFTAG_ORIENTATION);
  if (orientation >= 1 && orientation <= 8) layout.orientation = orientation;
  layout.tiled = TIFFIsTiled(file.get()) != 0;
  std::uint32_t block_width = width;
  std::uint32_t block_rows = 0;
  if (layout.tiled) {
    TIFFGetField(file.get(), TIFFTAG_TILEWIDTH, &block_width);
    TIFFGetField(file.get(), TIFFTAG_TILELENGTH, &block_rows);
  } else {
    block_rows = std::min(file.Get<std::uint32_t>(TIFFTAG_ROWSPERSTRIP), height);
  }
  // Tiles may pass the picture's edge, but not by more than themselves and what a writer rounds to.
  constexpr std::uint32_t kMostTile = 1 << 16;
  if (block_width == 0 || block_rows == 0 || block_width > std::max(width, kMostTile) ||
      block_rows > std::max(height, kMostTile)) {
    return Fail(ErrorKind::kUndecodable, "strips or tiles of no sensible size");
  }
  layout.block_width = static_cast<int>(block_width);
  layout.block_rows = static_cast<int>(block_rows);
  return {};
}

Expected<void> ReadDepth(const TiffFile& file, TiffLayout& layout) {
  layout.samples = file.Get<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL);
  layout.bits = file.Get<std::uint16_t>(TIFFTAG_BITSPERSAMPLE);
  layout.sample_format = file.Get<std::uint16_t>(TIFFTAG_SAMPLEFORMAT);
  if (layout.sample_format == SAMPLEFORMAT_VOID) layout.sample_format = SAMPLEFORMAT_UINT;
  if (layout.samples < 1 || layout.samples > kMostSamples) {
    return Fail(ErrorKind::kUndecodable, "samples per pixel");
  }
  const int bits = layout.bits;
  if (bits < 1 || (bits > 16 && bits != 24 && bits != 32 && bits != 64)) {
    return Fail(ErrorKind::kUndecodable, "bits per sample");
  }
  switch (layout.sample_format) {
    case SAMPLEFORMAT_UINT:
      if (bits > 32) return Unsupported("bits per sample");
      break;
    case SAMPLEFORMAT_INT:
      if (bits != 8 && bits != 16 && bits != 32) return Unsupported("bits per signed sample");
      break;
    case SAMPLEFORMAT_IEEEFP:
      if (bits != 32 && bits != 64) return Unsupported("bits per floating sample");
      break;
    default:
      return Unsupported("sample format");
  }
  if (file.Get<std::uint16_t>(TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE) {
    layout.planes = layout.samples;
  }
  return {};
}

bool IsFax(int compression) {
  return (compression >= COMPRESSION_CCITTRLE && compression <= COMPRESSION_CCITTFAX4) ||
         compression == COMPRESSION_CCITTRLEW;
}

// The tag is mandatory, and missing all the same. Faxes have ink on white then, as for libtiff.
int PhotometricOf(const TiffFile& file, const TiffLayout& layout) {
  std::uint16_t photometric = 0;
  if (TIFFGetField(file.get(), TIFFTAG_PHOTOMETRIC, &photometric) == 1) return photometric;
  if (layout.samples >= 3) return PHOTOMETRIC_RGB;
  return IsFax(file.Get<std::uint16_t>(TIFFTAG_COMPRESSION)) ? PHOTOMETRIC_MINISWHITE
                                                             : PHOTOMETRIC_MINISBLACK;
}

void ReadAlpha(const TiffFile& file, TiffLayout& layout) {
  std::uint16_t count = 0;
  const std::uint16_t* kinds = nullptr;
  TIFFGetFieldDefaulted(file.get(), TIFFTAG_EXTRASAMPLES, &count, &kinds);
  for (int i = 0; i < count && layout.colours + i < layout.samples; ++i) {
    if (kinds[i] != EXTRASAMPLE_ASSOCALPHA && kinds[i] != EXTRASAMPLE_UNASSALPHA) continue;
    layout.alpha =
        kinds[i] == EXTRASAMPLE_ASSOCALPHA ? TiffAlpha::kMultiplied : TiffAlpha::kStraight;
    layout.alpha_at = layout.colours + i;
    return;
  }
  // One more sample of which nothing is said is alpha, by all experience.
  if (file.has_untold_samples() && layout.samples == layout.colours + 1) {
    layout.alpha = TiffAlpha::kStraight;
    layout.alpha_at = layout.colours;
  }
}

Expected<void> ReadColour(const TiffFile& file, TiffLayout& layout) {
  const bool jpeg = file.Get<std::uint16_t>(TIFFTAG_COMPRESSION) == COMPRESSION_JPEG;
  bool ink = false;
  switch (PhotometricOf(file, layout)) {
    case PHOTOMETRIC_MINISWHITE:
      layout.inverted = true;
      break;
    case PHOTOMETRIC_MINISBLACK:
      break;
    case PHOTOMETRIC_RGB:
      layout.colours = 3;
      break;
    case PHOTOMETRIC_PALETTE: {
      std::uint16_t* map[3] = {};
      if (TIFFGetField(file.get(), TIFFTAG_COLORMAP, &map[0], &map[1], &map[2]) != 1) {
        return Fail(ErrorKind::kUndecodable, "no colour map");
      }
      if (layout.bits > 16 || layout.sample_format != SAMPLEFORMAT_UINT) {
        return Unsupported("palette of more than 65536 colours");
      }
      layout.palette = true;
      break;
    }
    case PHOTOMETRIC_SEPARATED:
      if (file.Get<std::uint16_t>(TIFFTAG_INKSET) != INKSET_CMYK) return Unsupported("inks");
      ink = true;
      layout.colours = 4;
      break;
    case PHOTOMETRIC_YCBCR:
      layout.colours = 3;
      if (jpeg && layout.planes == 1) {
        TIFFSetField(file.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
      } else {
        layout.by_libtiff = true;
      }
      break;
    case PHOTOMETRIC_LOGL:
      layout.by_libtiff = true;
      break;
    case PHOTOMETRIC_CIELAB:
    case PHOTOMETRIC_LOGLUV:
      layout.colours = 3;
      layout.by_libtiff = true;
      break;
    default:
      return Unsupported("photometric interpretation");
  }
  if (layout.samples < layout.colours) return Fail(ErrorKind::kUndecodable, "samples are missing");
  if (layout.by_libtiff) return {};
  ReadAlpha(file, layout);
  if (ink) {
    layout.alpha = TiffAlpha::kNone;
    layout.format = pixel::PixelFormat::kCmyk8;
  } else {
    layout.format =
        pixel::FormatWith(layout.colours == 1 && !layout.palette, layout.alpha != TiffAlpha::kNone,
                          layout.bits > 8 && !layout.palette);
  }
  layout.alpha_plane = layout.alpha_at;
  if (layout.planes > 1) {
    layout.alpha_at = layout.colours;
    layout.samples = layout.colours + (layout.alpha != TiffAlpha::kNone ? 1 : 0);
    layout.planes = layout.samples;
  }
  return {};
}

// No dearer than libtiff's reading of their places.
bool LacksBlocks(const TiffFile& file, const TiffLayout& layout) {
  const std::uint32_t count =
      layout.tiled ? TIFFNumberOfTiles(file.get()) : TIFFNumberOfStrips(file.get());
  for (std::uint32_t number = 0; number < count; ++number) {
    if (!file.HasBlock(number)) return true;
  }
  return false;
}

// Rows as the file has them, a block of them for tiles, what codecs keep that decode a whole strip,
// and libtiff's own tables.
std::uint64_t DecodeBytes(const TiffFile& file, const TiffLayout& layout,
                          std::uint64_t file_bytes) {
  constexpr std::uint64_t kTables = 256 << 10;
  const auto planes = static_cast<std::uint64_t>(layout.planes);
  const auto width = static_cast<std::uint64_t>(layout.width);
  const auto pixel_bits = static_cast<std::uint64_t>(layout.together() * layout.bits);
  const std::uint64_t across =
      RoundUp(width + static_cast<std::uint64_t>(layout.block_width), std::uint64_t{16});
  const std::uint64_t block_bytes =
      SaturatingMultiply(static_cast<std::uint64_t>(layout.block_rows),
                         static_cast<std::uint64_t>(layout.block_width) * pixel_bits / 8 + 8);
  std::uint64_t bytes = kTables * planes + 32 * across * static_cast<std::uint64_t>(layout.samples);
  if (layout.tiled) {
    const std::uint64_t band = SaturatingMultiply(static_cast<std::uint64_t>(layout.block_rows),
                                                  (across * pixel_bits / 8 + 8) * planes);
    bytes = SaturatingAdd(bytes, SaturatingAdd(band, block_bytes));
  }
  if (layout.by_libtiff) {
    const std::uint64_t raster =
        SaturatingMultiply(4 * width, static_cast<std::uint64_t>(layout.block_rows));
    bytes = SaturatingAdd(bytes, SaturatingAdd(raster, SaturatingMultiply(block_bytes, planes)));
  }
  if (layout.palette) bytes += std::uint64_t{3 * 2 + 3} << layout.bits;  // libtiff's and ours
  switch (file.Get<std::uint16_t>(TIFFTAG_COMPRESSION)) {
    case COMPRESSION_SGILOG:
    case COMPRESSION_SGILOG24:  // 32 bits of each pixel of a block
      bytes = SaturatingAdd(bytes,
                            SaturatingMultiply(4 * static_cast<std::uint64_t>(layout.block_width),
                                               static_cast<std::uint64_t>(layout.block_rows)));
      break;
    case COMPRESSION_LZMA:
    case COMPRESSION_ZSTD:
    case COMPRESSION_WEBP:
    case COMPRESSION_JPEG:  // a progressive one keeps 16-bit coefficients
      bytes = SaturatingAdd(bytes, SaturatingMultiply(2 * planes, block_bytes));
      break;
    default:
      break;
  }
  // Its bits are turned round in a copy.
  if (file.Get<std::uint16_t>(TIFFTAG_FILLORDER) == FILLORDER_LSB2MSB) {
    bytes = SaturatingAdd(bytes, SaturatingMultiply(planes, file_bytes));
  }
  return bytes;
}

}  // namespace

Expected<TiffLayout> ReadTiffLayout(const TiffFile& file, std::uint64_t file_bytes,
                                    const Limits& limits) {
  TiffLayout layout;
  WHITTLE_CHECK(ReadShape(file, limits, layout));
  WHITTLE_CHECK(ReadDepth(file, layout));
  if (TIFFGetStrileByteCount(file.get(), 0) == 0) {
    return Fail(ErrorKind::kUndecodable, "the first strip or tile has no data");
  }
  const int compression = file.Get<std::uint16_t>(TIFFTAG_COMPRESSION);
  const bool known = std::ranges::find(kCompressions, compression) != kCompressions.end();
  if (!known || TIFFIsCODECConfigured(static_cast<std::uint16_t>(compression)) == 0) {
    WHITTLE_CHECK(Unsupported("compression"));
  }
  WHITTLE_CHECK(ReadColour(file, layout));
  std::array<char, 1024> complaint{};
  if (layout.by_libtiff && TIFFRGBAImageOK(file.get(), complaint.data()) != 1) {
    WHITTLE_CHECK(Unsupported(complaint.data()));
  }
  if (layout.tiled && layout.block_width * layout.together() * layout.bits % 8 != 0) {
    return Fail(ErrorKind::kUndecodable, "tiles of broken bytes");
  }
  layout.incomplete = LacksBlocks(file, layout);
  layout.decode_bytes = DecodeBytes(file, layout, file_bytes);
  if (layout.decode_bytes > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "decoder needs more than max_working_bytes");
  }
  return layout;
}

}  // namespace whittle::codec
