// What becomes of a source's colours: kept, with a label or a profile on the result, or converted
// to sRGB.
//
// Decided from header and plan alone. Pure functions, any thread.
#pragma once

#include "codec/codec.h"
#include "pipeline/plan.h"
#include "whittle/transform.h"

namespace whittle::pipeline {

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
