// Luma and chroma by libjpeg, as they are stored: no enlarging of chroma, no RGB.
#include "codec/jpeg/planes_source.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "codec/jpeg/decoder.h"
#include "codec/jpeg/whole.h"
#include "pixel/aligned.h"

namespace whittle::codec {
namespace {

constexpr int kMostRows = MAX_SAMP_FACTOR * DCTSIZE;  // of one plane in a band

// A plane's band of rows, whole blocks wide.
struct Band {
  pixel::AlignedBuffer<std::uint8_t> samples;
  std::size_t stride = 0;
  int rows = 0;  // of a full band
  std::array<JSAMPROW, kMostRows> pointers{};
};

class JpegPlaneSource final : public PlaneSource {
 public:
  JpegPlaneSource(DecoderPtr decoder, const PlaneShapes& shapes);
  Expected<PlaneBands> Read() override;
  bool truncated() const override { return decoder_ && IsTruncated(*decoder_); }
  std::string_view decoder() const override { return "libjpeg-turbo"; }

 private:
  Expected<void> ReadNext();
  bool Decode(int bands);
  PlaneBands Valid() const;

  DecoderPtr decoder_;
  const PlaneShapes shapes_;
  std::array<Band, kPlanes> bands_;
  int band_ = 0;  // the next one
  int band_count_;
  bool started_ = false;
  std::optional<Error> error_;
};

JpegPlaneSource::JpegPlaneSource(DecoderPtr decoder, const PlaneShapes& shapes)
    : decoder_(std::move(decoder)), shapes_(shapes) {
  const jpeg_decompress_struct& c = decoder_->c;
  for (std::size_t p = 0; p < shapes_.count; ++p) {
    const jpeg_component_info& part = c.comp_info[p];
    Band& band = bands_[p];
    band.rows = part.v_samp_factor * DCTSIZE;
    // libjpeg writes whole units of blocks, up to a sampling factor more than the picture has.
    const auto blocks = static_cast<std::size_t>(part.width_in_blocks) +
                        static_cast<std::size_t>(part.h_samp_factor);
    band.stride = pixel::RowStride(blocks * DCTSIZE);
    band.samples.Resize(band.stride * static_cast<std::size_t>(band.rows));
    for (int y = 0; y < band.rows; ++y) {
      band.pointers[static_cast<std::size_t>(y)] =
          band.samples.data() + static_cast<std::size_t>(y) * band.stride;
    }
  }
  band_count_ = (shapes_[0].height + bands_[0].rows - 1) / bands_[0].rows;
}

// The last of so many bands stays.
bool JpegPlaneSource::Decode(int bands) {
  Decoder& decoder = *decoder_;
  std::array<JSAMPARRAY, kPlanes> rows = {bands_[0].pointers.data(), bands_[1].pointers.data(),
                                          bands_[2].pointers.data()};
  JSAMPIMAGE image = rows.data();
  const auto lines = static_cast<JDIMENSION>(bands_[0].rows);
  const bool start = !std::exchange(started_, true);
  return Guarded(decoder.trap, [&decoder, image, lines, start, bands] {
    if (start) {
      decoder.c.raw_data_out = TRUE;
      StartDecompress(decoder);
    }
    for (int i = 0; i < bands; ++i) jpeg_read_raw_data(&decoder.c, image, lines);
  });
}

Expected<void> JpegPlaneSource::ReadNext() {
  bool done = Decode(1);
  if (!done && decoder_->trap.gap) {
    WHITTLE_CHECK(ReopenForGaps(decoder_));
    started_ = false;
    done = Decode(band_ + 1);
  }
  if (!done) return std::unexpected(ErrorOf(decoder_->trap));
  return CheckSomethingIsThere(*decoder_);
}

// The band just decoded, without what libjpeg padded it with.
PlaneBands JpegPlaneSource::Valid() const {
  PlaneBands valid;
  for (std::size_t p = 0; p < shapes_.count; ++p) {
    const Band& band = bands_[p];
    const int left = shapes_[p].height - band_ * band.rows;
    valid[p] = {band.samples.data(), band.stride, shapes_[p].width, std::clamp(left, 0, band.rows),
                pixel::PixelFormat::kGrey8};
  }
  return valid;
}

Expected<PlaneBands> JpegPlaneSource::Read() {
  if (error_) return std::unexpected(*error_);
  if (band_ == band_count_) return PlaneBands{};
  if (const auto read = ReadNext(); !read) {
    error_ = read.error();
    return std::unexpected(*error_);
  }
  const PlaneBands valid = Valid();
  ++band_;
  return valid;
}

}  // namespace

std::optional<PlaneShapes> PlanesOf(const jpeg_decompress_struct& c) {
  const bool grey = c.jpeg_color_space == JCS_GRAYSCALE && c.num_components == 1;
  const bool colour = c.jpeg_color_space == JCS_YCbCr && c.num_components == 3;
  if (!grey && !colour) return std::nullopt;
  const int h = c.max_h_samp_factor;
  const int v = c.max_v_samp_factor;
  const auto samples = [](JDIMENSION pixels, int factor, int most) {
    return static_cast<int>((std::int64_t{pixels} * factor + most - 1) / most);
  };
  PlaneShapes shapes{.count = grey ? 1U : kPlanes, .planes = {}};
  for (std::size_t p = 0; p < shapes.count; ++p) {
    const jpeg_component_info& part = c.comp_info[p];
    const bool is_luma = p == 0;
    if (h % part.h_samp_factor != 0 || v % part.v_samp_factor != 0) return std::nullopt;
    shapes.planes[p] = {samples(c.image_width, part.h_samp_factor, h),
                        samples(c.image_height, part.v_samp_factor, v), h / part.h_samp_factor,
                        v / part.v_samp_factor};
    if (is_luma && (shapes[p].across != 1 || shapes[p].down != 1)) return std::nullopt;
  }
  return shapes;
}

std::unique_ptr<PlaneSource> PlanesByLibjpeg(DecoderPtr decoder, const PlaneShapes& shapes) {
  return std::make_unique<JpegPlaneSource>(std::move(decoder), shapes);
}

}  // namespace whittle::codec
