// Bytes from a stranger through JPEG's sniff, probe and a full decode, CMYK conversion included.
// Limits are small so that one run stays short.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "codec/registry.h"
#include "color/cmyk.h"

namespace whittle {
namespace {

constexpr Limits kLimits{.max_source_bytes = 1 << 20,
                         .max_source_pixels = 1 << 20,
                         .max_scans = 20,
                         .max_scan_pixels = 4 << 20,
                         .max_working_bytes = 32 << 20,
                         .max_icc_bytes = 1 << 16};

void Expect(bool condition) {
  if (!condition) std::abort();
}

void DecodeAll(codec::RowSource& source, ByteView icc) {
  constexpr int kBatch = 13;
  const int channels = pixel::Channels(source.format());
  const auto stride = static_cast<std::size_t>(source.width() * channels);
  std::vector<std::uint8_t> rows(stride * kBatch);
  const pixel::RowSpan batch{rows.data(), stride, source.width(), kBatch, source.format()};
  for (int y = 0; y < source.height();) {
    const auto got = source.Read(batch);
    if (!got) return;
    Expect(*got > 0 && y + *got <= source.height());
    y += *got;
  }
  Expect(source.Read(batch) == 0);
  if (source.format() == pixel::PixelFormat::kCmyk8) {
    std::vector<std::uint8_t> rgb(rows.size());
    color::CmykToRgb(icc).Convert(
        batch, {rgb.data(), stride, source.width(), kBatch, pixel::PixelFormat::kRgb8});
  }
}

}  // namespace
}  // namespace whittle

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whittle;
  const ByteView file(data, size);
  const codec::Codec* codec = codec::ByName("jpeg");
  if (!codec->sniff(file)) return 0;
  const auto header = codec->probe(file, kLimits);
  const auto source = codec->open(file, kLimits, {});
  Expect(header.has_value() == source.has_value());
  if (!source) return 0;
  Expect((*source)->width() == static_cast<int>(header->info.width));
  Expect(pixel::Channels((*source)->format()) == header->info.channels);
  Expect(header->info.orientation >= 1 && header->info.orientation <= 8);
  DecodeAll(**source, header->icc.view());
  return 0;
}
