#include "color/cmyk.h"

#include <lcms2.h>

#include <cassert>

namespace whittle::color {
namespace {

struct DeleteContext {
  void operator()(cmsContext context) const { cmsDeleteContext(context); }
};
struct CloseProfile {
  void operator()(cmsHPROFILE profile) const { cmsCloseProfile(profile); }
};
struct DeleteTransform {
  void operator()(cmsHTRANSFORM transform) const { cmsDeleteTransform(transform); }
};
using Context = std::unique_ptr<std::remove_pointer_t<cmsContext>, DeleteContext>;
using Profile = std::unique_ptr<void, CloseProfile>;

// a * b / 255, rounded; exact for all bytes.
std::uint8_t Times(int a, int b) {
  const int product = a * b + 128;
  return static_cast<std::uint8_t>((product + (product >> 8)) >> 8);
}

// Light that one ink lets through is dimmed by black; a product, unlike 1 - min(1, C + K), never
// clips shadows, and it is what browsers show for such pictures.
void ConvertNaively(const std::uint8_t* cmyk, std::uint8_t* rgb, int pixels) {
  for (int x = 0; x < pixels; ++x, cmyk += 4, rgb += 3) {
    const int light = 255 - cmyk[3];
    for (int i = 0; i < 3; ++i) rgb[i] = Times(255 - cmyk[i], light);
  }
}

}  // namespace

// The order of the members is the order lcms2 needs: a transform goes before its context.
struct CmykToRgb::Transform {
  Context context;
  std::unique_ptr<void, DeleteTransform> handle;
};

// A context of our own keeps lcms2 free of shared state; its error handler is the silent default.
CmykToRgb::CmykToRgb(ByteView icc) {
  if (icc.empty()) return;
  Context context(cmsCreateContext(nullptr, nullptr));
  if (context == nullptr) return;
  const Profile ink(cmsOpenProfileFromMemTHR(context.get(), icc.data(),
                                             static_cast<cmsUInt32Number>(icc.size())));
  if (ink == nullptr || cmsGetColorSpace(ink.get()) != cmsSigCmykData) return;
  const Profile srgb(cmsCreate_sRGBProfileTHR(context.get()));
  if (srgb == nullptr) return;
  std::unique_ptr<void, DeleteTransform> handle(
      cmsCreateTransformTHR(context.get(), ink.get(), TYPE_CMYK_8, srgb.get(), TYPE_RGB_8,
                            INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_BLACKPOINTCOMPENSATION));
  if (handle == nullptr) return;
  transform_ = std::make_unique<Transform>(std::move(context), std::move(handle));
}

CmykToRgb::CmykToRgb(CmykToRgb&&) noexcept = default;
CmykToRgb& CmykToRgb::operator=(CmykToRgb&&) noexcept = default;
CmykToRgb::~CmykToRgb() = default;

void CmykToRgb::Convert(pixel::ConstRowSpan from, pixel::RowSpan to) const {
  assert(from.format == pixel::PixelFormat::kCmyk8 && to.format == pixel::PixelFormat::kRgb8);
  assert(from.width == to.width && from.rows == to.rows);
  for (int y = 0; y < from.rows; ++y) {
    if (transform_ == nullptr) {
      ConvertNaively(from.row(y), to.row(y), from.width);
    } else {
      cmsDoTransform(transform_->handle.get(), from.row(y), to.row(y),
                     static_cast<cmsUInt32Number>(from.width));
    }
  }
}

}  // namespace whittle::color
