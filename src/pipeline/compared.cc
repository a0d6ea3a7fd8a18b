#include "pipeline/compared.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "pixel/range.h"

namespace whittle::pipeline {
namespace {

using codec::PlaneShape;
using pixel::PixelFormat;

// Whether open_planes gives what is compared: grey, or chroma of half resolution.
bool GivesPlanes(const codec::Codec& codec, const codec::Header& header) {
  if (codec.open_planes == nullptr || !header.planes) return false;
  const codec::PlaneShapes& planes = *header.planes;
  if (planes.count == 1) return true;
  const PlaneShape& luma = planes[0];
  const PlaneShape half = {(luma.width + 1) / 2, (luma.height + 1) / 2, 2, 2};
  return planes[1] == half && planes[2] == half;
}

// Sums of ITU-R BT.601's weights, of 65536 together.
int LumaOf(const std::array<int, 3>& c) {
  return (19595 * c[0] + 38470 * c[1] + 7471 * c[2] + 32768) >> 16;
}

std::uint8_t ChromaOf(int weighed) {
  return static_cast<std::uint8_t>(std::clamp(128 + ((weighed + 32768) >> 16), 0, 255));
}

Error NotThisPicture() {
  return Error::Of(ErrorKind::kInternal, "rows are not of the compared picture");
}

}  // namespace

void Compared::Shape(int width, int height, Chroma chroma) {
  grey_ = chroma == Chroma::kNone;
  taken_ = {};
  buffers_[0].Shape(width, height, PixelFormat::kGrey8);
  const int step = chroma == Chroma::kHalf ? 2 : 1;
  for (std::size_t p = 1; p < codec::kPlanes; ++p) {
    buffers_[p].Shape((width + step - 1) / step, grey_ ? 0 : (height + step - 1) / step,
                      PixelFormat::kGrey8);
  }
}

effect::LikenessPlanes Compared::planes() const {
  return {buffers_[0].rows(), buffers_[1].rows(), buffers_[2].rows()};
}

std::uint64_t Compared::BytesNeeded(std::uint64_t width, std::uint64_t height) {
  return 3 * RowBuffer::BytesNeeded(width, height, PixelFormat::kGrey8) +
         RowBuffer::BytesNeeded(width, Workspace::kBatchRows, PixelFormat::kRgba16);
}

bool Compared::complete() const {
  for (std::size_t p = 0; p < codec::kPlanes; ++p) {
    if (taken_[p] != buffers_[p].rows().rows) return false;
  }
  return true;
}

template <class Sample>
void Compared::AddRow(const Sample* row, PixelFormat format) {
  constexpr int kShift = 8 * (sizeof(Sample) - 1);
  const int channels = Channels(format);
  const bool alpha = HasAlpha(format);
  const std::size_t green = IsGrey(format) ? 0 : 1, blue = IsGrey(format) ? 0 : 2;
  const int width = buffers_[0].rows().width;
  std::uint8_t* luma = buffers_[0].rows().row(taken_[0]++);
  std::uint8_t* cb = grey_ ? nullptr : buffers_[1].rows().row(taken_[1]++);
  std::uint8_t* cr = grey_ ? nullptr : buffers_[2].rows().row(taken_[2]++);
  for (int x = 0; x < width; ++x, row += channels) {
    std::array<int, 3> colour = {row[0] >> kShift, row[green] >> kShift, row[blue] >> kShift};
    if (alpha) {
      const int opaque = row[channels - 1] >> kShift;
      for (int& code : colour) code = (code * opaque + 128 * (255 - opaque) + 127) / 255;
    }
    luma[x] = static_cast<std::uint8_t>(LumaOf(colour));
    if (grey_) continue;
    const auto& [r, g, b] = colour;
    cb[x] = ChromaOf(-11058 * r - 21710 * g + 32768 * b);
    cr[x] = ChromaOf(32768 * r - 27439 * g - 5329 * b);
  }
}

Expected<void> Compared::Add(pixel::ConstRowSpan rows) {
  const pixel::RowSpan luma = buffers_[0].rows();
  const bool half =
      !grey_ && (buffers_[1].rows().width != luma.width || buffers_[1].rows().rows != luma.rows);
  if (half || rows.width != luma.width || rows.rows > luma.rows - taken_[0] ||
      rows.format == PixelFormat::kCmyk8) {
    return std::unexpected(NotThisPicture());
  }
  for (int y = 0; y < rows.rows; ++y) {
    if (IsWide(rows.format)) {
      AddRow(reinterpret_cast<const std::uint16_t*>(rows.row(y)), rows.format);
    } else {
      AddRow(rows.row(y), rows.format);
    }
  }
  return {};
}

Expected<void> Compared::Add(const codec::PlaneBands& rows, codec::Range range) {
  for (std::size_t p = 0; p < (grey_ ? 1 : codec::kPlanes); ++p) {
    const pixel::RowSpan to = buffers_[p].rows();
    if (rows[p].rows == 0) continue;
    if (rows[p].width != to.width || rows[p].rows > to.rows - taken_[p]) {
      return std::unexpected(NotThisPicture());
    }
    for (int y = 0; y < rows[p].rows; ++y) {
      std::uint8_t* row = to.row(taken_[p]++);
      const std::span codes(rows[p].row(y), rows[p].row_bytes());
      if (range == codec::Range::kFull) {
        std::memcpy(row, codes.data(), codes.size());
      } else {
        p == 0 ? pixel::LumaToFull(codes, row) : pixel::ChromaToFull(codes, row);
      }
    }
  }
  return {};
}

Expected<void> Compared::DecodeRows(const codec::Codec& codec, ByteView file, const Limits& limits,
                                    const std::stop_token& stop) {
  WHITTLE_TRY(const auto source, codec.open(file, limits, stop));
  batch_.Shape(source->width(), Workspace::kBatchRows, source->format());
  while (true) {
    WHITTLE_TRY(const int count, source->Read(batch_.rows()));
    if (count == 0) return {};
    WHITTLE_CHECK(Add(batch_.rows().Slice(0, count)));
  }
}

Expected<void> Compared::Decode(const codec::Codec& codec, ByteView file, int width, int height,
                                const Limits& limits, const std::stop_token& stop) {
  WHITTLE_TRY(const codec::Header header, codec.probe(file, limits));
  if (!GivesPlanes(codec, header)) {
    Shape(width, height, IsGrey(header.format) ? Chroma::kNone : Chroma::kFull);
    WHITTLE_CHECK(DecodeRows(codec, file, limits, stop));
  } else {
    Shape(width, height, header.planes->count == 1 ? Chroma::kNone : Chroma::kHalf);
    WHITTLE_TRY(const auto source, codec.open_planes(file, limits, stop));
    while (true) {
      WHITTLE_TRY(const codec::PlaneBands band, source->Read());
      if (band[0].rows == 0) break;
      WHITTLE_CHECK(Add(band, header.planes->range));
    }
  }
  if (!complete()) return std::unexpected(NotThisPicture());
  return {};
}

}  // namespace whittle::pipeline
