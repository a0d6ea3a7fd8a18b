#include "codec/tiff/sink.h"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace whittle::codec {
namespace {

// A strip is what libtiff compresses in one call, at level 9 for up to 100 ns a byte.
constexpr int kStripRows = 64;
constexpr std::size_t kMostStripBytes = 1 << 20;

// A file in memory that libtiff writes, and now and then reads back.
struct Output {
  Bytes bytes;
  std::size_t at = 0;
  std::array<char, 200> complaint{};
};

Output& Of(thandle_t handle) { return *static_cast<Output*>(handle); }

tmsize_t ReadBack(thandle_t handle, void* into, tmsize_t count) {
  Output& output = Of(handle);
  if (output.at >= output.bytes.size()) return 0;
  const std::size_t taken =
      std::min(static_cast<std::size_t>(count), output.bytes.size() - output.at);
  std::memcpy(into, output.bytes.data() + output.at, taken);
  output.at += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t Put(thandle_t handle, void* from, tmsize_t count) {
  Output& output = Of(handle);
  const auto size = static_cast<std::size_t>(count);
  const std::size_t end = output.at + size;
  try {
    if (end > output.bytes.capacity()) output.bytes.Reserve(end + end / 2);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  if (end > output.bytes.size()) {
    const std::size_t old = output.bytes.size();
    output.bytes.Resize(end);
    if (output.at > old) std::memset(output.bytes.data() + old, 0, output.at - old);
  }
  std::memcpy(output.bytes.data() + output.at, from, size);
  output.at = end;
  return count;
}

toff_t Seek(thandle_t handle, toff_t to, int from) {
  Output& output = Of(handle);
  output.at = to + (from == SEEK_CUR ? output.at : from == SEEK_END ? output.bytes.size() : 0);
  return output.at;
}

toff_t Size(thandle_t handle) { return Of(handle).bytes.size(); }

int OnError(TIFF*, void* output, const char*, const char* format, va_list values) {
  auto& complaint = static_cast<Output*>(output)->complaint;
  std::vsnprintf(complaint.data(), complaint.size(), format, values);
  return 1;
}

int OnWarning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct FreeOptions {
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};
struct Close {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};

class TiffSink final : public RowSink {
 public:
  explicit TiffSink(const EncodeSpec& spec)
      : width_(spec.width),
        height_(spec.height),
        format_(spec.format),
        strip_rows_(StripRows(spec)),
        stop_(spec.stop) {}

  Expected<void> Begin(const EncodeSpec& spec);
  Expected<void> Write(pixel::ConstRowSpan rows) override;
  Expected<Bytes> Finish() override;

 private:
  std::size_t RowBytes() const {
    return static_cast<std::size_t>(width_) * static_cast<std::size_t>(PixelBytes(format_));
  }
  static int StripRows(const EncodeSpec& spec) {
    const auto row =
        static_cast<std::size_t>(spec.width) * static_cast<std::size_t>(PixelBytes(spec.format));
    const int most = static_cast<int>(std::max<std::size_t>(kMostStripBytes / row, 1));
    return std::min({kStripRows, most, spec.height});
  }
  Expected<void> WriteStrip();
  std::unexpected<Error> Failed(const char* detail, ErrorKind kind = ErrorKind::kInternal) {
    error_ = Error::Of(kind, detail);
    return std::unexpected(*error_);
  }

  const int width_, height_;
  const pixel::PixelFormat format_;
  const int strip_rows_;
  const std::stop_token stop_;
  int rows_ = 0;                     // taken
  std::vector<std::uint8_t> strip_;  // libtiff takes differences in place
  std::uint32_t strips_ = 0;
  Output output_;
  std::unique_ptr<TIFF, Close> tiff_;  // last: it is closed while the rest is still there
  std::optional<Error> error_;
};

Expected<void> TiffSink::Begin(const EncodeSpec& spec) {
  const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
  if (options == nullptr) return Failed("libtiff: no memory");
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), OnError, &output_);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), OnWarning, &output_);
  // Little-endian on every machine: the same bytes everywhere.
  tiff_.reset(TIFFClientOpenExt(
      "result", "wl", &output_, ReadBack, Put, Seek, [](thandle_t) { return 0; }, Size, nullptr,
      nullptr, options.get()));
  if (tiff_ == nullptr) return Failed(output_.complaint.data());
  TIFF* tiff = tiff_.get();
  const bool alpha = pixel::HasAlpha(format_);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(width_));
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(height_));
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, pixel::Channels(format_));
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, pixel::IsWide(format_) ? 16 : 8);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
               pixel::IsGrey(format_) ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
  if (alpha) {
    const std::uint16_t kind = EXTRASAMPLE_UNASSALPHA;
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind);
  }
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, static_cast<std::uint32_t>(strip_rows_));
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
  constexpr int kDefaultLevel = 6;  // zlib's, 1 to 9
  TIFFSetField(tiff, TIFFTAG_ZIPQUALITY, std::clamp(spec.effort.value_or(kDefaultLevel), 1, 9));
  if (!spec.icc.empty()) {
    TIFFSetField(tiff, TIFFTAG_ICCPROFILE, static_cast<std::uint32_t>(spec.icc.size()),
                 spec.icc.data());
  }
  if (!spec.xmp.empty()) {
    TIFFSetField(tiff, TIFFTAG_XMLPACKET, static_cast<std::uint32_t>(spec.xmp.size()),
                 spec.xmp.data());
  }
  strip_.reserve(RowBytes() * static_cast<std::size_t>(strip_rows_));
  return {};
}

Expected<void> TiffSink::WriteStrip() {
  if (stop_.stop_requested()) return Failed("amid a picture", ErrorKind::kCancelled);
  const auto size = static_cast<tmsize_t>(strip_.size());
  if (TIFFWriteEncodedStrip(tiff_.get(), strips_++, strip_.data(), size) != size) {
    return Failed(output_.complaint.data());
  }
  strip_.clear();
  return {};
}

Expected<void> TiffSink::Write(pixel::ConstRowSpan rows) {
  if (error_) return std::unexpected(*error_);
  if (rows.format != format_ || rows.width != width_ || rows.rows > height_ - rows_) {
    return Failed("rows do not fit the encoded picture");
  }
  for (int y = 0; y < rows.rows; ++y) {
    strip_.insert(strip_.end(), rows.row(y), rows.row(y) + RowBytes());
    ++rows_;
    if (rows_ % strip_rows_ == 0 || rows_ == height_) WHITTLE_CHECK(WriteStrip());
  }
  return {};
}

Expected<Bytes> TiffSink::Finish() {
  if (error_) return std::unexpected(*error_);
  if (rows_ != height_) return Failed("rows are missing");
  if (TIFFFlush(tiff_.get()) != 1) return Failed(output_.complaint.data());
  tiff_.reset();
  error_ = Error::Of(ErrorKind::kInternal, "finished twice");
  return std::move(output_.bytes);
}

}  // namespace

Expected<std::unique_ptr<RowSink>> CreateTiff(const EncodeSpec& spec) {
  constexpr int kMaxSide = 65535;
  // What a classic TIFF's offsets reach, with room for what does not compress.
  constexpr std::uint64_t kMostBytes = 4'000'000'000;
  const bool shaped = spec.width >= 1 && spec.width <= kMaxSide && spec.height >= 1 &&
                      spec.height <= kMaxSide && spec.format != pixel::PixelFormat::kCmyk8;
  if (!shaped || std::uint64_t(spec.width) * std::uint64_t(spec.height) *
                         std::uint64_t(pixel::PixelBytes(spec.format)) >
                     kMostBytes) {
    return Fail(ErrorKind::kBadRequest, "no TIFF of this shape");
  }
  auto sink = std::make_unique<TiffSink>(spec);
  WHITTLE_CHECK(sink->Begin(spec));
  return sink;
}

}  // namespace whittle::codec
