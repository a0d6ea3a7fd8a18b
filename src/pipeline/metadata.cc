#include "pipeline/metadata.h"

#include <utility>

#include "codec/exif_keep.h"
#include "codec/jpeg_gain_map.h"
#include "codec/xmp_keep.h"

namespace whittle::pipeline {

codec::Metadata KeptMetadata(const codec::Codec& input, ByteView source, Keep keep, Size result,
                             const Limits& limits) {
  if (keep == Keep::kNone || input.metadata == nullptr) return {};
  const codec::Metadata found = input.metadata(source, limits);
  codec::Metadata kept;
  kept.exif = codec::ExifToKeep(found.exif.view(), keep, result.width, result.height);
  if (keep == Keep::kAll) {
    Bytes xmp = codec::XmpToKeep(found.xmp.view(), result.width, result.height);
    if (!codec::XmpNamesGainMap(xmp.view())) kept.xmp = std::move(xmp);
  }
  return kept;
}

bool SourceWillDo(const codec::Codec& input, ByteView source, const codec::Header& header,
                  const Plan& plan, const Transform& transform, const Limits& limits) {
  const Transform::Params& params = transform.params();
  if (!params.if_larger_source || plan.output.codec != &input) return false;
  if (plan.resizes() || plan.turns() || plan.pads() || plan.has_effects() || plan.to_srgb)
    return false;
  if (!plan.adjustment.is_identity() || params.trim || plan.written != plan.decoded) return false;
  if (plan.decoded == pixel::PixelFormat::kCmyk8) return false;
  if (header.info.frames > 1 && !plan.output.animated) return false;
  if (params.keep == Keep::kAll || input.metadata == nullptr) return true;
  const codec::Metadata found = input.metadata(source, limits);
  return found.exif.empty() && found.xmp.empty();
}

}  // namespace whittle::pipeline
