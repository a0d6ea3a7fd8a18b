#include "color/made_profile.h"

#include <lcms2.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "color/encoding.h"
#include "color/lcms.h"

namespace whittle::color {
namespace {

constexpr double kVersion = 4.2;
constexpr std::size_t kDateAt = 24, kDateBytes = 12;  // of the header: ICC.1:2022, 7.2

LcmsCurve CurveOf(cmsContext context, const Curve& curve) {
  if (curve.is_gamma()) return LcmsCurve(cmsBuildGamma(context, curve.g));
  // lcms2's fourth kind is ICC's third.
  const std::array<cmsFloat64Number, 5> parameters = {curve.g, curve.a, curve.b, curve.c, curve.d};
  return LcmsCurve(cmsBuildParametricToneCurve(context, 4, parameters.data()));
}

LcmsProfile ColourProfile(cmsContext context, const Encoding& encoding, cmsToneCurve* curve) {
  const Chromaticities& c = encoding.chromaticities;
  const cmsCIExyY white = {c[0], c[1], 1};
  const cmsCIExyYTRIPLE primaries = {{c[2], c[3], 1}, {c[4], c[5], 1}, {c[6], c[7], 1}};
  std::array<cmsToneCurve*, 3> curves = {curve, curve, curve};
  LcmsProfile profile(cmsCreateRGBProfileTHR(context, &white, &primaries, curves.data()));
  // The chromaticities follow from the colorants.
  if (profile != nullptr) cmsWriteTag(profile.get(), cmsSigChromaticityTag, nullptr);
  return profile;
}

bool Describe(cmsContext context, cmsHPROFILE profile) {
  const auto write = [&](cmsTagSignature tag, const char* text) {
    cmsMLU* mlu = cmsMLUalloc(context, 1);
    const bool written = mlu != nullptr && cmsMLUsetASCII(mlu, "en", "US", text) != 0 &&
                         cmsWriteTag(profile, tag, mlu) != 0;
    cmsMLUfree(mlu);
    return written;
  };
  cmsSetProfileVersion(profile, kVersion);
  return write(cmsSigProfileDescriptionTag, "from code points") && write(cmsSigCopyrightTag, "CC0");
}

Bytes Saved(cmsHPROFILE profile) {
  cmsUInt32Number size = 0;
  if (cmsSaveProfileToMem(profile, nullptr, &size) == 0) return {};
  Bytes bytes(size);
  if (cmsSaveProfileToMem(profile, bytes.data(), &size) == 0) return {};
  std::fill_n(bytes.data() + kDateAt, kDateBytes, std::uint8_t{0});
  return bytes;
}

}  // namespace

Bytes MakeProfile(const pixel::ColourSpace& space, ProfileKind kind) {
  const bool grey = kind == ProfileKind::kGrey;
  const auto encoding = grey ? GreyEncodingOf(space) : EncodingOf(space);
  if (!encoding || encoding->hdr != Hdr::kNone) return {};
  const LcmsContext context = NewLcmsContext();
  if (context == nullptr) return {};
  const LcmsCurve curve = CurveOf(context.get(), encoding->curve);
  if (curve == nullptr) return {};
  const LcmsProfile profile =
      grey ? LcmsProfile(cmsCreateGrayProfileTHR(context.get(), cmsD50_xyY(), curve.get()))
           : ColourProfile(context.get(), *encoding, curve.get());
  if (profile == nullptr || !Describe(context.get(), profile.get())) return {};
  return Saved(profile.get());
}

}  // namespace whittle::color
