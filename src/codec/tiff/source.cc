#include "codec/tiff/source.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "codec/fill_rows.h"
#include "codec/metadata/icc.h"
#include "codec/tiff/samples.h"

namespace whittle::codec {
namespace {

class TiffSource final : public TiffRowSource {
 public:
  TiffSource(std::unique_ptr<TiffRows> rows, TiffSamples samples, const TiffLayout& layout,
             std::stop_token stop)
      : TiffRowSource(layout, std::move(stop)),
        rows_(std::move(rows)),
        samples_(std::move(samples)) {}

 private:
  Expected<std::span<const TiffGap>> ReadRow(int, std::uint8_t* row) override {
    WHITTLE_TRY(const auto packed, rows_->Next());
    samples_.Convert(packed, row);
    return rows_->gaps();
  }

  std::unique_ptr<TiffRows> rows_;
  TiffSamples samples_;
};

}  // namespace

void TiffRowSource::TakeMean(const std::uint8_t* row, std::span<const TiffGap> gaps) {
  const auto bytes = static_cast<std::size_t>(pixel::PixelBytes(format()));
  const auto at = [&](int x) { return row + static_cast<std::size_t>(x) * bytes; };
  there_.clear();
  int from = 0;
  for (const TiffGap& gap : gaps) {
    there_.insert(there_.end(), at(from), at(gap.from));
    from = gap.to;
  }
  there_.insert(there_.end(), at(from), at(width()));
  if (there_.empty()) return;
  const int count = static_cast<int>(there_.size() / bytes);
  mean_ = MeanPixel({there_.data(), there_.size(), count, 1, format()});
}

Expected<void> TiffRowSource::ReadOrFillIn(std::uint8_t* row) {
  WHITTLE_TRY(const auto gaps, ReadRow(next_row_, row));
  if (!layout_.incomplete) return {};
  TakeMean(row, gaps);
  if (mean_.empty()) return Fail(ErrorKind::kUndecodable, "nothing of the first row is there");
  const auto bytes = static_cast<std::size_t>(pixel::PixelBytes(format()));
  for (const TiffGap& gap : gaps) {
    std::uint8_t* to = row + static_cast<std::size_t>(gap.from) * bytes;
    FillRows({to, 0, gap.to - gap.from, 1, format()}, mean_);
    truncated_ = true;
  }
  return {};
}

Expected<int> TiffRowSource::Read(pixel::RowSpan batch) {
  assert(batch.width == width() && batch.format == format());
  if (error_) return std::unexpected(*error_);
  const int count = std::min(batch.rows, layout_.height - next_row_);
  for (int y = 0; y < count; ++y, ++next_row_) {
    auto read = stop_.stop_requested() ? Fail(ErrorKind::kCancelled) : ReadOrFillIn(batch.row(y));
    if (!read) {
      error_ = std::move(read).error();
      return std::unexpected(*error_);
    }
  }
  return std::max(count, 0);
}

Expected<Header> ProbeTiff(ByteView file, const Limits& limits) {
  WHITTLE_TRY(const auto tiff, TiffFile::Open(file, limits));
  WHITTLE_TRY(const TiffLayout layout, ReadTiffLayout(*tiff, file.size(), limits));
  Header header;
  header.format = layout.format;
  header.info.format = "tiff";
  header.info.width = static_cast<std::uint32_t>(layout.width);
  header.info.height = static_cast<std::uint32_t>(layout.height);
  header.info.orientation = layout.orientation;
  header.info.alpha = pixel::HasAlpha(layout.format);
  header.info.channels = pixel::Channels(layout.format) - (header.info.alpha ? 1 : 0);
  header.info.bits = pixel::IsWide(layout.format) ? 16 : 8;
  if (layout.palette) header.info.colours = 1U << layout.bits;
  const ByteView icc = tiff->Blob(TIFFTAG_ICCPROFILE);
  if (icc.size() <= limits.max_icc_bytes && IccSuits(icc, header.info.channels)) {
    header.icc = Bytes::CopyOf(icc);
  }
  header.info.icc_bytes = static_cast<std::uint32_t>(header.icc.size());
  header.decode_bytes = layout.decode_bytes;
  return header;
}

Expected<std::unique_ptr<RowSource>> OpenTiff(ByteView file, const Limits& limits,
                                              std::stop_token stop) {
  WHITTLE_TRY(auto tiff, TiffFile::Open(file, limits));
  WHITTLE_TRY(const TiffLayout layout, ReadTiffLayout(*tiff, file.size(), limits));
  if (layout.by_libtiff) return OpenTiffByLibtiff(std::move(tiff), layout, std::move(stop));
  TiffSamples samples(*tiff, layout);
  WHITTLE_TRY(auto rows, OpenTiffRows(std::move(tiff), file, layout, limits, stop));
  return std::make_unique<TiffSource>(std::move(rows), std::move(samples), layout, std::move(stop));
}

Metadata MetadataOfTiff(ByteView file, const Limits& limits) {
  Metadata metadata;
  const auto tiff = TiffFile::Open(file, limits);
  if (!tiff) return metadata;
  const ByteView xmp = (*tiff)->Blob(TIFFTAG_XMLPACKET);
  if (xmp.size() <= limits.max_icc_bytes) metadata.xmp = Bytes::CopyOf(xmp);
  return metadata;
}

}  // namespace whittle::codec
