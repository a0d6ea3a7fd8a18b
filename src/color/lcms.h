// Owners of lcms2's objects, and a context of our own.
//
// For the files of this room; nothing above it sees lcms2's types.
#pragma once

#include <lcms2.h>

#include <cstddef>
#include <memory>
#include <type_traits>

namespace whittle::color {

struct DeleteLcms {
  void operator()(cmsContext context) const { cmsDeleteContext(context); }
  void operator()(cmsToneCurve* curve) const { cmsFreeToneCurve(curve); }
};
struct CloseLcmsProfile {
  void operator()(cmsHPROFILE profile) const { cmsCloseProfile(profile); }
};
struct DeleteLcmsTransform {
  void operator()(cmsHTRANSFORM transform) const { cmsDeleteTransform(transform); }
};
using LcmsContext = std::unique_ptr<std::remove_pointer_t<cmsContext>, DeleteLcms>;
using LcmsCurve = std::unique_ptr<cmsToneCurve, DeleteLcms>;
using LcmsProfile = std::unique_ptr<void, CloseLcmsProfile>;
using LcmsTransform = std::unique_ptr<void, DeleteLcmsTransform>;

/// A table's size stands in a profile before the table does: lcms2 gets no more memory at once than
/// the largest sound table takes.
inline constexpr std::size_t kMostLcmsTakes = 16U << 20;

/// Free of state that is shared, and silent about errors. Null without memory.
LcmsContext NewLcmsContext();

}  // namespace whittle::color
