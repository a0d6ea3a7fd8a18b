// Profiles made by lcms2 itself, for the tests of colour conversion.
#pragma once

#include <lcms2.h>

#include <array>
#include <bit>
#include <stdexcept>
#include <string>

namespace whittle::color {

inline std::string Saved(cmsHPROFILE profile) {
  cmsUInt32Number size = 0;
  cmsSaveProfileToMem(profile, nullptr, &size);
  std::string bytes(size, '\0');
  if (size == 0 || !cmsSaveProfileToMem(profile, bytes.data(), &size)) {
    throw std::runtime_error("lcms2 makes no profile");
  }
  cmsCloseProfile(profile);
  return bytes;
}

inline std::string GreyProfile(double gamma) {
  cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
  std::string bytes = Saved(cmsCreateGrayProfile(cmsD50_xyY(), curve));
  cmsFreeToneCurve(curve);
  return bytes;
}

/// Primaries red, green, blue, as x and y; white is D65.
inline std::string RgbProfile(double gamma, const std::array<std::array<double, 2>, 3>& primaries) {
  cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
  cmsToneCurve* curves[] = {curve, curve, curve};
  const cmsCIExyY white = {0.3127, 0.3290, 1};
  const cmsCIExyYTRIPLE triple = {{primaries[0][0], primaries[0][1], 1},
                                  {primaries[1][0], primaries[1][1], 1},
                                  {primaries[2][0], primaries[2][1], 1}};
  std::string bytes = Saved(cmsCreateRGBProfile(&white, &triple, curves));
  cmsFreeToneCurve(curve);
  return bytes;
}

/// RGB by two tables: perceptual, each code means a Lab grey of L = `perceptual` times the mean of
/// the three; colorimetric, of `colorimetric` times it.
inline std::string TwoTableProfile(double perceptual, double colorimetric) {
  cmsHPROFILE profile = cmsCreateProfilePlaceholder(nullptr);
  cmsSetProfileVersion(profile, 4.3);
  cmsSetDeviceClass(profile, cmsSigInputClass);
  cmsSetColorSpace(profile, cmsSigRgbData);
  cmsSetPCS(profile, cmsSigLabData);
  const auto write = [profile](cmsTagSignature tag, double lightness) {
    std::array<cmsUInt16Number, 3 * 8> corners{};  // of the cube of codes: L, a, b
    for (unsigned i = 0; i < 8; ++i) {
      const int ones = std::popcount(i);
      corners[3 * i] = static_cast<cmsUInt16Number>(lightness * ones / 3 * 65535);
      corners[3 * i + 1] = corners[3 * i + 2] = 0x8080;  // a = b = 0
    }
    cmsPipeline* table = cmsPipelineAlloc(nullptr, 3, 3);
    cmsPipelineInsertStage(table, cmsAT_END, cmsStageAllocToneCurves(nullptr, 3, nullptr));
    cmsPipelineInsertStage(table, cmsAT_END,
                           cmsStageAllocCLut16bit(nullptr, 2, 3, 3, corners.data()));
    cmsPipelineInsertStage(table, cmsAT_END, cmsStageAllocToneCurves(nullptr, 3, nullptr));
    cmsWriteTag(profile, tag, table);
    cmsPipelineFree(table);
  };
  write(cmsSigAToB0Tag, perceptual);
  write(cmsSigAToB1Tag, colorimetric);
  cmsWriteTag(profile, cmsSigMediaWhitePointTag, cmsD50_XYZ());
  return Saved(profile);
}

inline std::string AdobeProfile() {
  return RgbProfile(2.19921875, {{{0.64, 0.33}, {0.21, 0.71}, {0.15, 0.06}}});
}
inline std::string SrgbProfileBytes() { return Saved(cmsCreate_sRGBProfile()); }

}  // namespace whittle::color
