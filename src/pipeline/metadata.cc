#include "pipeline/metadata.h"

#include <cstdint>
#include <stop_token>
#include <utility>

#include "base/checked.h"
#include "codec/jpeg/gain_map.h"
#include "codec/metadata/exif_keep.h"
#include "codec/metadata/xmp_keep.h"

namespace whittle::pipeline {
namespace {

bool SourceShowsTheSame(const codec::Codec& input, const codec::Header& header, const Plan& plan,
                        const Transform::Params& params) {
  if (!params.if_larger_source || plan.output.codec != &input) return false;
  // Also where what was asked for undoes how the source is turned: its file still says so.
  if (header.info.orientation != 1 || plan.resizes() || plan.turns() || plan.pads() ||
      !plan.operations.empty() || plan.to_srgb || plan.lays_behind()) {
    return false;
  }
  if (params.trim || plan.written != plan.decoded) return false;
  return header.info.frames == 1 || plan.output.animated;
}

}  // namespace

codec::Metadata KeptMetadata(const codec::Codec& input, ByteView source,
                             const codec::Header& header, Keep keep, Size result,
                             const Limits& limits, const std::stop_token& stop) {
  if (keep == Keep::kNone || input.metadata == nullptr) return {};
  const codec::Metadata found =
      header.opened != nullptr ? header.opened->FindMetadata(stop) : input.metadata(source, limits);
  codec::Metadata kept;
  kept.exif = codec::ExifToKeep(found.exif.view(), keep, result.width, result.height);
  if (keep == Keep::kAll) {
    Bytes xmp = codec::XmpToKeep(found.xmp.view(), result.width, result.height, stop);
    if (!codec::XmpNamesGainMap(xmp.view())) kept.xmp = std::move(xmp);
  }
  return kept;
}

std::optional<Bytes> SourceInstead(const codec::Codec& input, ByteView source,
                                   const codec::Header& header, const Plan& plan,
                                   const Transform& transform, const Limits& limits,
                                   std::size_t result_bytes, std::stop_token stop) {
  const Transform::Params& params = transform.params();
  if (!SourceShowsTheSame(input, header, plan, params)) return std::nullopt;
  if (params.keep == Keep::kAll) {
    if (source.size() >= result_bytes) return std::nullopt;
    return Bytes::CopyOf(source);
  }
  // No copy is made that would be much larger than the result: so much more than pixels is rare.
  const auto most = SaturatingAdd<std::uint64_t>(result_bytes, limits.max_icc_bytes);
  if (input.strip == nullptr || source.size() > most) return std::nullopt;
  const Bytes exif =
      KeptMetadata(input, source, header, params.keep, plan.layout.canvas, limits, stop).exif;
  const codec::StripSpec spec{
      .exif = exif.view(), .most = result_bytes - 1, .stop = std::move(stop)};
  auto stripped = input.strip(source, spec, limits);
  if (!stripped || stripped->size() >= result_bytes) return std::nullopt;
  return *std::move(stripped);
}

}  // namespace whittle::pipeline
