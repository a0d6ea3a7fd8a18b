#include "codec/png/sink.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "codec/imagequant.h"
#include "codec/png/deflate.h"
#include "codec/png/image.h"
#include "codec/png/writer.h"

namespace whittle::codec {
namespace {

// By effort. 12 photos at 500 pixels, AMD EPYC, CPU and bytes: 3.4 ms and 248 kB, 3.7 and 238, 3.9
// and 236 (the default), 6 and 232, 8 and 230, 9 and 229, 13 and 227, 24 and 226, 32 and 226, 58
// and 219, 91 and 218. zlib's level 6 with libpng's filters: 227 kB.
constexpr PngRecipe kRecipes[] = {
    {1, PngFilters::kUp},       {1, PngFilters::kPaeth},    {1, PngFilters::kSmallest},
    {4, PngFilters::kSmallest}, {5, PngFilters::kSmallest}, {6, PngFilters::kSmallest},
    {7, PngFilters::kSmallest}, {8, PngFilters::kSmallest}, {9, PngFilters::kEntropy},
    {10, PngFilters::kEntropy}, {12, PngFilters::kEntropy},
};

std::uint64_t BytesOf(const EncodeSpec& spec) {
  return std::uint64_t(spec.width) * std::uint64_t(spec.height) *
         std::uint64_t(pixel::PixelBytes(spec.format));
}

PngKind KindFor(const EncodeSpec& spec) {
  if (spec.icc.empty()) return PngKind::kAny;
  return pixel::IsGrey(spec.format) ? PngKind::kKeepGrey : PngKind::kKeepColour;
}

// libimagequant's, 1 (best) to 10.
int PngSpeed(const EncodeSpec& spec) {
  return LiqSpeedWithin(std::clamp(10 - PngEffort(spec), 1, 10), 1e-6 * spec.width * spec.height);
}

class PngSink final : public RowSink {
 public:
  explicit PngSink(const EncodeSpec& spec) : spec_(spec), samples_(BytesOf(spec)) {}
  Expected<void> Write(pixel::ConstRowSpan rows) override;
  Expected<Bytes> Finish() override;

 private:
  pixel::ConstRowSpan All() const;
  Expected<PngImage> Image() const;
  Expected<std::optional<PngImage>> Faithful(const PngImage& image) const;
  Expected<Bytes> Written(PngImage image) const;
  std::unexpected<Error> Break(ErrorKind kind, const char* why) {
    error_ = Error::Of(kind, why);
    return std::unexpected(*error_);
  }

  EncodeSpec spec_;
  Bytes samples_;
  int rows_ = 0;
  std::optional<Error> error_;
};

pixel::ConstRowSpan PngSink::All() const {
  const std::size_t stride = samples_.size() / static_cast<std::size_t>(spec_.height);
  return {samples_.data(), stride, spec_.width, spec_.height, spec_.format};
}

Expected<void> PngSink::Write(pixel::ConstRowSpan rows) {
  if (error_) return std::unexpected(*error_);
  if (rows.format != spec_.format || rows.width != spec_.width ||
      rows.rows > spec_.height - rows_) {
    return Break(ErrorKind::kInternal, "rows do not fit the encoded picture");
  }
  if (spec_.stop.stop_requested()) return Break(ErrorKind::kCancelled, "amid a picture");
  std::uint8_t* to = samples_.data() + static_cast<std::size_t>(rows_) * rows.row_bytes();
  for (int y = 0; y < rows.rows; ++y, to += rows.row_bytes()) {
    std::memcpy(to, rows.row(y), rows.row_bytes());
  }
  rows_ += rows.rows;
  return {};
}

Expected<PngImage> PngSink::Image() const {
  const pixel::ConstRowSpan all = All();
  const auto pixels = std::uint64_t(spec_.width) * std::uint64_t(spec_.height);
  const PngKind kind = KindFor(spec_);
  if (spec_.colours && pixels <= kMostQuantisedPixels && kind != PngKind::kKeepGrey) {
    const int most = std::clamp(*spec_.colours, 2, 256);
    WHITTLE_TRY(const auto few, ColoursOf(all, static_cast<std::size_t>(most), spec_.stop));
    if (few) return IndexedPng(all, *few, spec_.stop);
    WHITTLE_TRY(auto image, QuantisedPng(all, most, PngSpeed(spec_), spec_.stop));
    if (image) return *std::move(image);
  }
  return ReducedPng(all, kind, spec_.stop);
}

// Of a picture that has a palette at its source, another form than `image`: with one.
Expected<std::optional<PngImage>> PngSink::Faithful(const PngImage& image) const {
  const auto pixels = std::uint64_t(spec_.width) * std::uint64_t(spec_.height);
  if (!spec_.indexed || spec_.colours || spec_.lossless || pixels > kMostFaithfulPixels ||
      !image.palette.empty() || image.shape.depth != 8 || image.shape.colour == PngColour::kGrey ||
      KindFor(spec_) == PngKind::kKeepGrey) {
    return std::nullopt;
  }
  return FaithfulPng(All(), PngSpeed(spec_), spec_.stop);
}

Expected<Bytes> PngSink::Finish() {
  if (error_) return std::unexpected(*error_);
  if (rows_ != spec_.height) {
    return Break(ErrorKind::kInternal, "not as many rows as the picture has");
  }
  error_ = Error::Of(ErrorKind::kInternal, "the picture was finished before");
  WHITTLE_TRY(PngImage image, Image());
  WHITTLE_TRY(std::optional<PngImage> faithful, Faithful(image));
  samples_ = Bytes();
  WHITTLE_TRY(Bytes file, Written(std::move(image)));
  if (!faithful) return file;
  WHITTLE_TRY(Bytes indexed, Written(std::move(*faithful)));
  return indexed.size() < file.size() ? std::move(indexed) : std::move(file);
}

Expected<Bytes> PngSink::Written(PngImage image) const {
  if (spec_.progressive.value_or(false)) WHITTLE_CHECK(InterlacePng(image, spec_.stop));
  const PngRecipe& recipe = PngRecipeFor(spec_);
  const PngFilters filters = image.palette.empty() ? recipe.filters : PngFilters::kNone;
  WHITTLE_CHECK(FilterPng(image, filters, spec_.stop));
  WHITTLE_TRY(const Bytes deflated, DeflatedPng(image.rows.view(), recipe.level, spec_.stop));
  Bytes file;
  AppendPngHead(file, image, spec_);
  AppendPngChunk(file, PngName("IDAT"), deflated.view());
  AppendPngChunk(file, PngName("IEND"), {});
  return file;
}

}  // namespace

int PngEffort(const EncodeSpec& spec) {
  if (spec.effort) return std::clamp(*spec.effort, 0, 10);
  switch (spec.preset) {
    case Preset::kFast:
      return 1;
    case Preset::kDefault:
    case Preset::kQuality:
      return 2;
    case Preset::kSmall:
      return 9;
  }
  return 2;
}

const PngRecipe& PngRecipeFor(const EncodeSpec& spec) { return kRecipes[PngEffort(spec)]; }

Expected<std::unique_ptr<RowSink>> CreatePng(const EncodeSpec& spec) {
  // Above it libpng's own arithmetic would end; nothing that large is ever asked for.
  constexpr int kMaxSide = 1'000'000;
  if (spec.width < 1 || spec.height < 1 || std::max(spec.width, spec.height) > kMaxSide) {
    return Fail(ErrorKind::kBadRequest, "a size that PNG is not written in");
  }
  if (spec.format == pixel::PixelFormat::kCmyk8) {
    return Fail(ErrorKind::kInternal, "PNG has no CMYK");
  }
  if (BytesOf(spec) > kMostWholePng) return CreatePngStream(spec);
  return std::make_unique<PngSink>(spec);
}

}  // namespace whittle::codec
