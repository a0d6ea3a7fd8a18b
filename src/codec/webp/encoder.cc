#include "codec/webp/encoder.h"

#include <webp/mux.h>

#include <array>
#include <cmath>
#include <new>
#include <string>
#include <utility>

#include "codec/webp/sink.h"

namespace whittle::codec {
namespace {

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

// libwebp's progress: zero ends the work.
int MayGoOn(int, const WebPPicture* picture) {
  return static_cast<const std::stop_token*>(picture->user_data)->stop_requested() ? 0 : 1;
}

Expected<Bytes> EncodeOnce(WebPPicture& picture, const WebPConfig& config, std::stop_token stop) {
  Bytes file;
  picture.writer = AppendBytes;
  picture.custom_ptr = &file;
  picture.progress_hook = MayGoOn;
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

}  // namespace

int WebpMethod(const EncodeSpec& spec) {
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
int WebpLosslessLevel(const EncodeSpec& spec) {
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

Expected<WebPConfig> WebpConfigOf(const EncodeSpec& spec) {
  WebPConfig config;
  bool sound = WebPConfigInit(&config) != 0;
  if (spec.lossless) {
    sound = sound && WebPConfigLosslessPreset(&config, WebpLosslessLevel(spec)) != 0;
  } else {
    config.quality = static_cast<float>(spec.quality);
    config.method = WebpMethod(spec);
    config.use_sharp_yuv = spec.preset == Preset::kQuality ? 1 : 0;
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
    return Fail(ErrorKind::kInternal, "no memory for libwebp");
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
  WHITTLE_TRY(WebPConfig config, WebpConfigOf(spec));
  auto file = EncodeOnce(picture, config, spec.stop);
  if (!file && picture.error_code == VP8_ENC_ERROR_PARTITION0_OVERFLOW) {
    // Modes of all blocks may take 512 KiB; very large pictures must choose cheaper ones.
    config.partition_limit = 100;
    file = EncodeOnce(picture, config, spec.stop);
  }
  if (!file) return std::unexpected(std::move(file).error());
  return EmbedInWebp(*std::move(file), spec);
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
