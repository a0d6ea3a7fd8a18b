#include "codec/webp/encoder.h"

#include <webp/mux.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "codec/encode_cost.h"
#include "codec/webp/sink.h"

namespace whittle::codec {
namespace {

// The longest step of libwebp in which it does not ask whether it may go on (encode_cost.h). Alpha
// is coded in one, by the lossy method's own effort: here noise, a tenth of which smooth alpha
// takes. Lossless pictures ask some 70 times; here a photo with noise. Level 2 takes 0.035, but
// spares no byte that level 1 does not: it counts nearly double, so that half a step is its most.
constexpr EncodeCost kAlphaMethods[] = {{6, 14},   {5, 0.3},  {4, 0.24}, {3, 0.18},
                                        {2, 0.15}, {1, 0.15}, {0, 0.085}};
constexpr EncodeCost kLosslessLevels[] = {{8, 0.21}, {7, 0.21}, {6, 0.1},  {5, 0.1}, {4, 0.1},
                                          {3, 0.1},  {2, 0.06}, {1, 0.02}, {0, 0.01}};
// The same of what preset=quality does for sharp edges of colour.
constexpr double kSharpSeconds = 0.07;

double MegapixelsOf(const EncodeSpec& spec) { return 1e-6 * spec.width * spec.height; }

struct DeleteMux {
  void operator()(WebPMux* mux) const { WebPMuxDelete(mux); }
};
using MuxPtr = std::unique_ptr<WebPMux, DeleteMux>;

struct OwnedData {
  WebPData data{};
  OwnedData() = default;
  OwnedData(const OwnedData&) = delete;
  OwnedData& operator=(const OwnedData&) = delete;
  ~OwnedData() { WebPDataClear(&data); }
};

// libwebp's writer: appends to the Bytes behind custom_ptr. False when memory has run out.
int AppendBytes(const std::uint8_t* data, std::size_t size, const WebPPicture* picture) noexcept {
  try {
    static_cast<Bytes*>(picture->custom_ptr)->Append({data, size});
    return 1;
  } catch (const std::bad_alloc&) {
    return 0;
  }
}

Expected<Bytes> EncodeOnce(WebPPicture& picture, const WebPConfig& config, std::stop_token stop) {
  Bytes file;
  picture.writer = AppendBytes;
  picture.custom_ptr = &file;
  picture.progress_hook = WebpMayGoOn;
  picture.user_data = &stop;
  const bool encoded = WebPEncode(&config, &picture) != 0;
  picture.custom_ptr = nullptr;
  picture.progress_hook = nullptr;
  picture.user_data = nullptr;
  if (!encoded) {
    if (picture.error_code == VP8_ENC_ERROR_USER_ABORT) return Fail(ErrorKind::kCancelled);
    return Fail(ErrorKind::kInternal,
                "libwebp's encoder: error " + std::to_string(static_cast<int>(picture.error_code)));
  }
  return file;
}

int AskedMethod(const EncodeSpec& spec) {
  if (spec.effort) return static_cast<int>(std::lround(*spec.effort * 0.6));
  switch (spec.preset) {
    case Preset::kFast:
      return 1;
    case Preset::kDefault:
      return 2;  // half the CPU of 4 for 3 % more bytes at the same score
    case Preset::kQuality:
      return 4;
    case Preset::kSmall:
      return 6;
  }
  return 2;
}

// Level 9 tries all it knows, which takes seconds for a small picture.
int AskedLosslessLevel(const EncodeSpec& spec) {
  if (spec.effort) return static_cast<int>(std::lround(*spec.effort * 0.8));
  switch (spec.preset) {
    case Preset::kFast:
      return 1;
    case Preset::kDefault:
    case Preset::kQuality:
      return 4;
    case Preset::kSmall:
      return 8;
  }
  return 4;
}

// Rows that are made luma and chroma at once: even, since two rows share their chroma.
constexpr int kBandRows = 64;

// Rows [y, ...) of one plane, out of those of a band.
void PutPlane(const std::uint8_t* from, int from_stride, std::uint8_t* to, int to_stride, int width,
              int rows) {
  for (int y = 0; y < rows; ++y, from += from_stride, to += to_stride) {
    std::memcpy(to, from, static_cast<std::size_t>(width));
  }
}

// libwebp's own first step with a lossy picture, which it does not ask amid: here in bands, to the
// same samples.
Expected<PicturePtr> ToYuv(const WebPPicture& argb, const EncodeSpec& spec) {
  PicturePtr yuv(new WebPPicture);
  if (WebPPictureInit(yuv.get()) == 0) return Fail(ErrorKind::kInternal, "libwebp's ABI");
  const bool alpha = WebPPictureHasTransparency(&argb) != 0;
  yuv->colorspace = alpha ? WEBP_YUV420A : WEBP_YUV420;
  yuv->width = argb.width;
  yuv->height = argb.height;
  if (WebPPictureAlloc(yuv.get()) == 0) {
    return Fail(ErrorKind::kOverloaded, "no memory for libwebp");
  }
  for (int y = 0; y < argb.height; y += kBandRows) {
    if (spec.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    const int rows = std::min(kBandRows, argb.height - y);
    const PicturePtr band(new WebPPicture);
    if (WebPPictureInit(band.get()) == 0 ||
        WebPPictureView(&argb, 0, y, argb.width, rows, band.get()) == 0 ||
        WebPPictureARGBToYUVA(band.get(), WEBP_YUV420) == 0) {
      return Fail(ErrorKind::kOverloaded, "no memory for libwebp");
    }
    const int half_width = (argb.width + 1) / 2, half_rows = (rows + 1) / 2;
    const std::ptrdiff_t at = std::ptrdiff_t{y} * yuv->y_stride;
    const std::ptrdiff_t half_at = std::ptrdiff_t{y / 2} * yuv->uv_stride;
    PutPlane(band->y, band->y_stride, yuv->y + at, yuv->y_stride, argb.width, rows);
    PutPlane(band->u, band->uv_stride, yuv->u + half_at, yuv->uv_stride, half_width, half_rows);
    PutPlane(band->v, band->uv_stride, yuv->v + half_at, yuv->uv_stride, half_width, half_rows);
    if (!alpha) continue;
    std::uint8_t* to = yuv->a + std::ptrdiff_t{y} * yuv->a_stride;
    if (band->a != nullptr) {
      PutPlane(band->a, band->a_stride, to, yuv->a_stride, argb.width, rows);
    } else {  // opaque rows of a picture that is not
      for (int i = 0; i < rows; ++i, to += yuv->a_stride) {
        std::memset(to, 255, static_cast<std::size_t>(argb.width));
      }
    }
  }
  return yuv;
}

Expected<Bytes> EncodeWith(WebPPicture& picture, WebPConfig config, const EncodeSpec& spec) {
  auto file = EncodeOnce(picture, config, spec.stop);
  if (!file && picture.error_code == VP8_ENC_ERROR_PARTITION0_OVERFLOW) {
    // Modes of all blocks may take 512 KiB; very large pictures must choose cheaper ones.
    config.partition_limit = 100;
    file = EncodeOnce(picture, config, spec.stop);
  }
  return file;
}

}  // namespace

int WebpMethod(const EncodeSpec& spec) {
  const int method = AskedMethod(spec);
  if (!pixel::HasAlpha(spec.format)) return method;
  return LevelWithin(kAlphaMethods, method, MegapixelsOf(spec));
}

int WebpLosslessLevel(const EncodeSpec& spec) {
  return LevelWithin(kLosslessLevels, AskedLosslessLevel(spec), MegapixelsOf(spec));
}

int WebpMayGoOn(int, const WebPPicture* picture) {
  return static_cast<const std::stop_token*>(picture->user_data)->stop_requested() ? 0 : 1;
}

Expected<WebPConfig> WebpConfigOf(const EncodeSpec& spec) {
  WebPConfig config;
  bool sound = WebPConfigInit(&config) != 0;
  if (spec.lossless) {
    sound = sound && WebPConfigLosslessPreset(&config, WebpLosslessLevel(spec)) != 0;
  } else {
    config.quality = static_cast<float>(spec.quality);
    config.method = WebpMethod(spec);
    const bool can_be_sharp = kSharpSeconds * MegapixelsOf(spec) <= kEncodeSeconds;
    config.use_sharp_yuv = spec.preset == Preset::kQuality && can_be_sharp ? 1 : 0;
  }
  config.alpha_quality = 100;  // lossless
  config.thread_level = 0;
  if (!sound || WebPValidateConfig(&config) == 0) {
    return Fail(ErrorKind::kInternal, "libwebp cannot do what EncodeSpec asks for");
  }
  return config;
}

Expected<PicturePtr> NewWebpPicture(const EncodeSpec& spec, WebpSamples samples) {
  if (spec.width < 1 || spec.height < 1 || spec.width > WEBP_MAX_DIMENSION ||
      spec.height > WEBP_MAX_DIMENSION) {
    return FailSaying(ErrorKind::kBadRequest, "WebP holds at most 16383 pixels a side");
  }
  PicturePtr picture(new WebPPicture);
  if (WebPPictureInit(picture.get()) == 0) return Fail(ErrorKind::kInternal, "libwebp's ABI");
  picture->use_argb = samples == WebpSamples::kArgb ? 1 : 0;
  picture->width = spec.width;
  picture->height = spec.height;
  if (WebPPictureAlloc(picture.get()) == 0) {
    return Fail(ErrorKind::kOverloaded, "no memory for libwebp");
  }
  return picture;
}

void SetArgbRows(WebPPicture& picture, int y, pixel::ConstRowSpan rows) {
  const int channels = pixel::Channels(rows.format);
  for (int i = 0; i < rows.rows; ++i) {
    const std::uint8_t* from = rows.row(i);
    std::uint32_t* to = picture.argb + std::ptrdiff_t{y + i} * picture.argb_stride;
    for (int x = 0; x < rows.width; ++x, from += channels) {
      const std::uint32_t alpha = channels == 4 ? from[3] : 255;
      to[x] = alpha << 24 | std::uint32_t{from[0]} << 16 | std::uint32_t{from[1]} << 8 | from[2];
    }
  }
}

Expected<Bytes> EncodeWebp(WebPPicture& picture, const EncodeSpec& spec) {
  WHITTLE_TRY(const WebPConfig config, WebpConfigOf(spec));
  PicturePtr yuv;
  if (picture.use_argb != 0 && !spec.lossless && config.use_sharp_yuv == 0) {
    WHITTLE_TRY(yuv, ToYuv(picture, spec));
  }
  WHITTLE_TRY(Bytes file, EncodeWith(yuv != nullptr ? *yuv : picture, config, spec));
  return EmbedInWebp(std::move(file), spec);
}

Expected<Bytes> EmbedInWebp(Bytes file, const EncodeSpec& spec) {
  if (spec.icc.empty() && spec.exif.empty() && spec.xmp.empty()) return file;
  const WebPData whole{file.data(), file.size()};
  const MuxPtr mux(WebPMuxCreate(&whole, 0));
  if (mux == nullptr) return Fail(ErrorKind::kInternal, "libwebp refuses its own file");
  const std::array<std::pair<const char*, ByteView>, 3> chunks = {
      {{"ICCP", spec.icc}, {"EXIF", spec.exif}, {"XMP ", spec.xmp}}};
  for (const auto& [name, content] : chunks) {
    const WebPData data{content.data(), content.size()};
    if (!content.empty() && WebPMuxSetChunk(mux.get(), name, &data, 0) != WEBP_MUX_OK) {
      return Fail(ErrorKind::kInternal, "libwebp refuses a chunk");
    }
  }
  OwnedData assembled;
  if (WebPMuxAssemble(mux.get(), &assembled.data) != WEBP_MUX_OK) {
    return Fail(ErrorKind::kInternal, "libwebp cannot assemble the file");
  }
  return Bytes::CopyOf({assembled.data.bytes, assembled.data.size});
}

}  // namespace whittle::codec
