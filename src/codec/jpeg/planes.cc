// Luma and chroma by our own decoder, with libjpeg behind it.
//
// libjpeg reads the header; plain baseline scans then are decoded here, to the very samples that
// libjpeg would give. Where a scan is irregular in any way, libjpeg, which still stands behind the
// header, decodes the bands that were given already once more, and goes on from there. So what is
// an error, a warning, a gap or a picture is libjpeg's word and whole.h's rule in all cases.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "codec/jpeg/choice.h"
#include "codec/jpeg/planes_source.h"
#include "codec/jpeg/scan.h"
#include "codec/jpeg/source.h"
#include "jpeg/scan_decoder.h"

namespace whittle::codec {
namespace {

JpegDecoder chosen = JpegDecoder::kAuto;

class OwnPlaneSource final : public PlaneSource {
 public:
  OwnPlaneSource(DecoderPtr header, const PlaneShapes& shapes,
                 std::unique_ptr<jpeg::ScanDecoder> scan)
      : header_(std::move(header)), shapes_(shapes), scan_(std::move(scan)) {}

  Expected<PlaneBands> Read() override;
  bool truncated() const override { return libjpeg_ && libjpeg_->truncated(); }
  std::string_view decoder() const override {
    return libjpeg_ ? libjpeg_->decoder() : std::string_view("whittle");
  }

 private:
  Expected<PlaneBands> GoOnWithLibjpeg();

  DecoderPtr header_;  // until libjpeg_ takes it
  const PlaneShapes shapes_;
  std::unique_ptr<jpeg::ScanDecoder> scan_;
  int band_ = 0;  // the next one
  std::unique_ptr<PlaneSource> libjpeg_;
};

Expected<PlaneBands> OwnPlaneSource::Read() {
  if (libjpeg_) return libjpeg_->Read();
  if (band_ == scan_->bands()) return PlaneBands{};
  // libjpeg's word on a stopped job, and on damage.
  if (header_->stop.stop_requested() || !scan_->Next()) return GoOnWithLibjpeg();
  PlaneBands valid;
  for (std::size_t p = 0; p < shapes_.count; ++p) {
    const auto [samples, stride, rows] = scan_->band(p);
    const int left = shapes_[p].height - band_ * rows;
    valid[p] = {samples, stride, shapes_[p].width, std::clamp(left, 0, rows),
                pixel::PixelFormat::kGrey8};
  }
  ++band_;
  return valid;
}

Expected<PlaneBands> OwnPlaneSource::GoOnWithLibjpeg() {
  scan_.reset();
  header_->trap.allows_gaps = true;  // the likeliest irregularity: saves a start
  libjpeg_ = PlanesByLibjpeg(std::move(header_), shapes_);
  for (; band_ > 0; --band_) WHITTLE_CHECK(libjpeg_->Read());
  return libjpeg_->Read();
}

// libjpeg takes such jobs, to refuse them at the same place as ever.
bool ExceedsScanLimits(const Decoder& header) {
  return header.limits.max_scans < 1 ||
         std::uint64_t{header.c.image_width} * header.c.image_height >
             header.limits.max_scan_pixels;
}

}  // namespace

void UseJpegDecoder(JpegDecoder decoder) { chosen = decoder; }

Expected<std::unique_ptr<PlaneSource>> OpenJpegPlanes(ByteView file, const Limits& limits,
                                                      std::stop_token stop) {
  WHITTLE_TRY(DecoderPtr header, OpenDecoder(file, limits, std::move(stop)));
  const std::optional<PlaneShapes> shapes = PlanesOf(header->c);
  if (!shapes) return Fail(ErrorKind::kInternal, "the picture has no planes");
  if (chosen == JpegDecoder::kAuto && !ExceedsScanLimits(*header)) {
    if (const auto scan = ScanOf(*header)) {
      if (auto decoder = jpeg::ScanDecoder::Of(*scan)) {
        return std::make_unique<OwnPlaneSource>(std::move(header), *shapes, std::move(decoder));
      }
    }
  }
  return PlanesByLibjpeg(std::move(header), *shapes);
}

}  // namespace whittle::codec
