#include "pipeline/kept_planes.h"

#include <algorithm>

namespace whittle::pipeline {

KeptPlanes::KeptPlanes(const codec::EncodeSpec& spec, codec::Range range) : range_(range) {
  const auto chroma =
      spec.format == pixel::PixelFormat::kGrey8 ? Compared::Chroma::kNone : Compared::Chroma::kHalf;
  as_coded_.Shape(spec.width, spec.height, chroma);
  if (range_ == codec::Range::kStudio) full_.Shape(spec.width, spec.height, chroma);
}

Expected<void> KeptPlanes::Write(const codec::PlaneBands& rows) {
  if (range_ == codec::Range::kStudio) WHITTLE_CHECK(full_.Add(rows, codec::Range::kStudio));
  return as_coded_.Add(rows, codec::Range::kFull);
}

Expected<Bytes> KeptPlanes::Finish() {
  if (!as_coded_.complete()) return Fail(ErrorKind::kInternal, "rows are missing");
  return Bytes();
}

Expected<Bytes> KeptPlanes::EncodeWith(const codec::Codec& codec,
                                       const codec::EncodeSpec& spec) const {
  const effect::LikenessPlanes planes = as_coded_.planes();
  WHITTLE_TRY(const auto sink, codec.create_planes(spec));
  for (int y = 0; y < planes.luma.rows; y += kBandRows) {
    const int luma = std::min(kBandRows, planes.luma.rows - y);
    codec::PlaneBands band;
    band[0] = planes.luma.Slice(y, luma);
    if (planes.cb.rows > 0) {
      band[1] = planes.cb.Slice(y / 2, (luma + 1) / 2);
      band[2] = planes.cr.Slice(y / 2, (luma + 1) / 2);
    }
    WHITTLE_CHECK(sink->Write(band));
  }
  return sink->Finish();
}

effect::LikenessPlanes KeptPlanes::compared() const {
  return range_ == codec::Range::kStudio ? full_.planes() : as_coded_.planes();
}

}  // namespace whittle::pipeline
