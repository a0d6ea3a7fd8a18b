#include "color/icc_transform.h"

#include <lcms2.h>

#include <array>
#include <cassert>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

#include "color/lcms.h"

namespace whittle::color {
namespace {

using pixel::PixelFormat;

cmsUInt32Number LcmsFormat(PixelFormat format) {
  switch (format) {
    case PixelFormat::kGrey8:
      return TYPE_GRAY_8;
    case PixelFormat::kGreyA8:
      return TYPE_GRAYA_8;
    case PixelFormat::kRgb8:
      return TYPE_RGB_8;
    case PixelFormat::kRgba8:
      return TYPE_RGBA_8;
    case PixelFormat::kGrey16:
      return TYPE_GRAY_16;
    case PixelFormat::kGreyA16:
      return TYPE_GRAYA_16;
    case PixelFormat::kRgb16:
      return TYPE_RGB_16;
    case PixelFormat::kRgba16:
      return TYPE_RGBA_16;
    case PixelFormat::kCmyk8:
      return TYPE_CMYK_8;
  }
  return TYPE_RGB_8;
}

PixelFormat ResultOf(PixelFormat from) {
  return from == PixelFormat::kCmyk8 ? PixelFormat::kRgb8 : from;
}

cmsColorSpaceSignature SpaceOf(PixelFormat format) {
  if (format == PixelFormat::kCmyk8) return cmsSigCmykData;
  return IsGrey(format) ? cmsSigGrayData : cmsSigRgbData;
}

// Links between two devices, effects and lists of names describe no picture's colours.
bool DescribesPictures(cmsHPROFILE profile) {
  switch (cmsGetDeviceClass(profile)) {
    case cmsSigInputClass:
    case cmsSigDisplayClass:
    case cmsSigOutputClass:
    case cmsSigColorSpaceClass:
      return true;
    default:
      return false;
  }
}

LcmsProfile SrgbProfile(cmsContext context, bool grey) {
  if (!grey) return LcmsProfile(cmsCreate_sRGBProfileTHR(context));
  // IEC 61966-2-1: gamma, a, b, c, d of lcms2's fourth kind of curve.
  const std::array<cmsFloat64Number, 5> transfer = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92,
                                                    0.04045};
  const LcmsCurve curve(cmsBuildParametricToneCurve(context, 4, transfer.data()));
  if (curve == nullptr) return nullptr;
  return LcmsProfile(cmsCreateGrayProfileTHR(context, cmsD50_xyY(), curve.get()));
}

}  // namespace

namespace {

PixelFormat WithoutAlpha(PixelFormat format) {
  return pixel::FormatWith(IsGrey(format), false, IsWide(format));
}

// lcms2 samples a chain of steps into tables of its own, which is fast and coarse in shadows: up to
// 1.5 codes of 255 for grey and 17 for 16 bits of colour. Grey gets a whole table from us instead,
// and 16 bits take the slow way where that is no table by itself.
cmsUInt32Number FlagsFor(PixelFormat format, bool matrix) {
  // Without lcms2's memory of the last pixel a transform is not written to while it is used.
  cmsUInt32Number flags = cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOCACHE;
  if (HasAlpha(format)) flags |= cmsFLAGS_COPY_ALPHA;
  if (IsGrey(format) || (IsWide(format) && matrix)) return flags | cmsFLAGS_NOOPTIMIZE;
  return IsWide(format) ? flags | cmsFLAGS_HIGHRESPRECALC : flags;
}

// Of a profile's tables browsers, libvips and Pillow take the perceptual one for RGB and grey. Ink
// looks closest to theirs by the colorimetric one. Matrix and curves are the same in both.
cmsUInt32Number IntentFor(PixelFormat format) {
  return format == PixelFormat::kCmyk8 ? INTENT_RELATIVE_COLORIMETRIC : INTENT_PERCEPTUAL;
}

template <class Sample>
std::vector<std::uint16_t> TableOf(cmsHTRANSFORM transform) {
  constexpr std::size_t kCodes = std::size_t{std::numeric_limits<Sample>::max()} + 1;
  std::vector<Sample> codes(kCodes);
  for (std::size_t i = 0; i < kCodes; ++i) codes[i] = static_cast<Sample>(i);
  cmsDoTransform(transform, codes.data(), codes.data(), static_cast<cmsUInt32Number>(kCodes));
  return {codes.begin(), codes.end()};
}

template <class Sample>
void LookUp(const std::vector<std::uint16_t>& table, const std::uint8_t* from, int width,
            int channels, std::uint8_t* to) {
  const auto* in = reinterpret_cast<const Sample*>(from);
  auto* out = reinterpret_cast<Sample*>(to);
  for (int x = 0; x < width; ++x, in += channels, out += channels) {
    out[0] = static_cast<Sample>(table[in[0]]);
    if (channels == 2) out[1] = in[1];
  }
}

}  // namespace

// The order of the members is the order lcms2 needs: a transform goes before its context.
struct IccToSrgb::Handles {
  LcmsContext context;
  LcmsTransform transform;
};

std::string LibraryVersion() {
  const int version = cmsGetEncodedCMMversion();  // 2140 is 2.14
  return "lcms2 " + std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::shared_ptr<const IccToSrgb> IccToSrgb::Make(ByteView icc, PixelFormat format) {
  if (icc.empty() || icc.size() > kMostLcmsTakes) return nullptr;
  LcmsContext context = NewLcmsContext();
  if (context == nullptr) return nullptr;
  const LcmsProfile profile(cmsOpenProfileFromMemTHR(context.get(), icc.data(),
                                                     static_cast<cmsUInt32Number>(icc.size())));
  if (profile == nullptr || cmsGetColorSpace(profile.get()) != SpaceOf(format) ||
      !DescribesPictures(profile.get())) {
    return nullptr;
  }
  const LcmsProfile srgb = SrgbProfile(context.get(), IsGrey(format));
  if (srgb == nullptr) return nullptr;
  const PixelFormat lcms_format = IsGrey(format) ? WithoutAlpha(format) : format;
  LcmsTransform transform(
      cmsCreateTransformTHR(context.get(), profile.get(), LcmsFormat(lcms_format), srgb.get(),
                            LcmsFormat(ResultOf(lcms_format)), IntentFor(lcms_format),
                            FlagsFor(lcms_format, cmsIsMatrixShaper(profile.get()) != 0)));
  if (transform == nullptr) return nullptr;
  auto handles = std::make_unique<Handles>(std::move(context), std::move(transform));
  return std::shared_ptr<const IccToSrgb>(new IccToSrgb(std::move(handles), format));
}

IccToSrgb::IccToSrgb(std::unique_ptr<Handles> handles, PixelFormat from)
    : handles_(std::move(handles)), from_(from) {
  if (IsGrey(from)) {
    table_ = IsWide(from) ? TableOf<std::uint16_t>(handles_->transform.get())
                          : TableOf<std::uint8_t>(handles_->transform.get());
    handles_.reset();
  }
  is_srgb_ = from != PixelFormat::kCmyk8 && MovesNothing();
}
IccToSrgb::~IccToSrgb() = default;

PixelFormat IccToSrgb::to() const { return ResultOf(from_); }

void IccToSrgb::Convert(pixel::ConstRowSpan from, pixel::RowSpan to) const {
  assert(from.format == from_ && to.format == ResultOf(from_));
  assert(from.width == to.width && from.rows == to.rows);
  for (int y = 0; y < from.rows; ++y) {
    const std::uint8_t* row = from.row(y);
    if (!IsGrey(from_)) {
      cmsDoTransform(handles_->transform.get(), row, to.row(y),
                     static_cast<cmsUInt32Number>(from.width));
    } else if (IsWide(from_)) {
      LookUp<std::uint16_t>(table_, row, from.width, Channels(from_), to.row(y));
    } else {
      LookUp<std::uint8_t>(table_, row, from.width, Channels(from_), to.row(y));
    }
  }
}

// Greys, and for colours a grid of 9x9x9.
bool IccToSrgb::MovesNothing() const {
  std::vector<std::array<int, 3>> colours;
  colours.reserve(256 + 9 * 9 * 9);
  for (int i = 0; i < 256; ++i) colours.push_back({i, i, i});
  for (int i = 0; i < 9 * 9 * 9; ++i) {
    colours.push_back({i % 9 * 255 / 8, i / 9 % 9 * 255 / 8, i / 81 * 255 / 8});
  }
  const auto moves_nothing = [&]<class Sample>(Sample one) {
    std::vector<Sample> before;
    for (const auto& colour : colours) {
      for (int c = 0; c < Channels(from_); ++c) {
        const bool alpha = HasAlpha(from_) && c == Channels(from_) - 1;
        const int code = alpha ? 255 : colour[static_cast<std::size_t>(c)];
        before.push_back(static_cast<Sample>(code * one));
      }
    }
    std::vector<Sample> after(before.size());
    const int width = static_cast<int>(colours.size());
    const std::size_t stride = before.size() * sizeof(Sample);
    Convert({reinterpret_cast<const std::uint8_t*>(before.data()), stride, width, 1, from_},
            {reinterpret_cast<std::uint8_t*>(after.data()), stride, width, 1, from_});
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (std::abs(before[i] - after[i]) > one) return false;
    }
    return true;
  };
  return IsWide(from_) ? moves_nothing(std::uint16_t{257}) : moves_nothing(std::uint8_t{1});
}

}  // namespace whittle::color
