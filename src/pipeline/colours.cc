#include "pipeline/colours.h"

#include <optional>

#include "color/encoding.h"
#include "color/made_profile.h"

namespace whittle::pipeline {
namespace {

using pixel::PixelFormat;

bool IsHdr(const codec::Header& header) { return color::HdrOf(header.colour) != color::Hdr::kNone; }

// Code points that every reader of labels knows, and JPEG XL has names for: BT.709, BT.2020 and
// Display P3, with the transfer functions of sRGB, PQ and HLG, or none. Others are better put in a
// profile.
std::optional<pixel::Cicp> LabelFor(const codec::Codec& output, const codec::Header& header) {
  if (!output.carries_cicp || !header.colour.cicp) return std::nullopt;
  const auto [primaries, transfer] = *header.colour.cicp;
  const bool primaries_known = primaries == 1 || primaries == 9 || primaries == 12;
  const bool transfer_known = transfer == 8 || transfer == 13 || transfer == 16 || transfer == 18;
  if (!primaries_known || !transfer_known) return std::nullopt;
  return header.colour.cicp;
}

// HDR stays HDR where the result has more than 8 bits for it, and nothing was asked for that counts
// on the light of sRGB or brings such colours in.
bool StaysHdr(const Plan& plan, const codec::Header& header, const Transform::Params& params) {
  const bool mixes = HasAlpha(plan.working) && plan.background.alpha != 0;
  return LabelFor(*plan.output.codec, header) && IsWide(plan.written) && plan.operations.empty() &&
         !plan.pads() && !mixes && !params.colours;
}

}  // namespace

void SettleColours(codec::Header& header) {
  if (header.colour.empty()) return;
  const bool grey = IsGrey(header.format);
  const auto encoding =
      grey ? color::GreyEncodingOf(header.colour) : color::EncodingOf(header.colour);
  if (!encoding || header.format == PixelFormat::kCmyk8) {
    header.colour = {};
    return;
  }
  if (grey && header.colour.cicp) header.colour.cicp->primaries = 1;  // neutral in all of them
  // Frames of grey animations are colour, their first picture alone is grey: no profile is both.
  if (IsHdr(header) || (grey && header.info.frames > 1)) return;
  header.icc = color::MakeProfile(header.colour,
                                  grey ? color::ProfileKind::kGrey : color::ProfileKind::kColour);
}

bool ConvertsColours(const Plan& plan, const codec::Header& header,
                     const Transform::Params& params) {
  if (plan.decoded == PixelFormat::kCmyk8) return false;
  if (header.icc.empty() && header.colour.empty()) return false;
  if (params.profile == Profile::kSrgb) return true;
  if (IsHdr(header)) return !StaysHdr(plan, header, params);
  const bool embeds = plan.output.codec->carries_icc && !header.icc.empty() &&
                      header.icc.size() <= kMostEmbeddedProfile;
  if (!embeds && !LabelFor(*plan.output.codec, header)) return true;
  // A profile of grey says nothing about colour, and the other way round.
  return IsGrey(plan.working) != IsGrey(plan.written);
}

bool KeepsHdr(const Plan& plan, const codec::Header& header) {
  return IsHdr(header) && !plan.to_srgb;
}

void DescribeColours(const Plan& plan, const codec::Header& header, codec::EncodeSpec& result) {
  // Ink and what was converted is sRGB.
  if (plan.to_srgb || plan.decoded == PixelFormat::kCmyk8) return;
  result.cicp = LabelFor(*plan.output.codec, header);
  if (!result.cicp && plan.output.codec->carries_icc) result.icc = header.icc.view();
}

}  // namespace whittle::pipeline
