// What becomes of a source's colours: kept, with a label or a profile on the result, or converted
// to sRGB.
//
// Decided from header and plan alone. Pure functions, any thread.
#pragma once

#include <cstddef>

#include "codec/codec.h"
#include "pipeline/plan.h"
#include "whittle/transform.h"

namespace whittle::pipeline {

/// Of a profile that results embed. A larger one would be many times a thumbnail, and goes into
/// each of them; colours are converted instead. Those of displays and cameras have some KB, rarely
/// half a MB; the larger ones of presses (limits.max_icc_bytes) are of ink, which is converted
/// anyway. It decides about bytes that are made, so it is a constant and no setting.
inline constexpr std::size_t kMostEmbeddedProfile = 1U << 20;

/// Makes of a header's colour what the rest of the pipeline works with. Codes that are sRGB's lose
/// it; SDR gets the profile that says the same, in header.icc. PQ and HLG have no such profile.
void SettleColours(codec::Header& header);

/// Whether rows are converted to sRGB on their way, for a plan that lacks nothing but this. Ink is
/// in any case, by a way of its own.
bool ConvertsColours(const Plan& plan, const codec::Header& header,
                     const Transform::Params& params);

/// Whether the plan's result is HDR.
bool KeepsHdr(const Plan& plan, const codec::Header& header);

/// What the result says of its colours: the profile it embeds or the code points it is labelled
/// with, or nothing. The profile is `header`'s own.
void DescribeColours(const Plan& plan, const codec::Header& header, codec::EncodeSpec& result);

}  // namespace whittle::pipeline
