#include "pixel/wide_resizer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "base/checked.h"
#include "pixel/wide_transfer.h"

namespace whittle::pixel {
namespace {

Expected<void> Check(const ResizeSpec& spec) {
  if (!IsWide(spec.format) || spec.studio_output) {
    return std::unexpected(Error::Of(ErrorKind::kInternal, "wide resize takes 16 bits"));
  }
  WHITTLE_CHECK(Validate(spec.horizontal()));
  return Validate(spec.vertical());
}

std::size_t RowSamples(const ResizeSpec& spec) {
  return Padded(spec.geometry.src_width * Channels(spec.format));
}
std::size_t LaneStride(const ResizeSpec& spec) {
  return RowStride(RowSamples(spec) * sizeof(float)) / sizeof(float);
}
std::size_t FinishedSamples(const ResizeSpec& spec) {
  return static_cast<std::size_t>(spec.geometry.dst_width * Channels(spec.format)) * kGroupRows;
}

// Samples as codes, between bytes and numbers.
int Load(const std::uint8_t* from) {
  std::uint16_t code;
  std::memcpy(&code, from, sizeof(code));
  return code;
}
void Store(std::uint16_t code, std::uint8_t* to) { std::memcpy(to, &code, sizeof(code)); }

// Gamma's light: codes as they stand, alpha among them.
float Share(int code) { return static_cast<float>(code) / float{kWideMost}; }
std::uint16_t CodeOfShare(float share) {
  return static_cast<std::uint16_t>(std::clamp(share, 0.0F, 1.0F) * float{kWideMost} + 0.5F);
}

// A row of codes to amounts of light, premultiplied.
template <std::size_t kChannels>
void DecodeAs(const std::uint8_t* row, int width, Light light, float* to) {
  constexpr bool kAlpha = kChannels % 2 == 0;
  constexpr std::size_t kColours = kAlpha ? kChannels - 1 : kChannels;
  const auto decode = [&](const auto& value) {
    for (int x = 0; x < width; ++x, row += 2 * kChannels, to += kChannels) {
      float alpha = 1;  // NOLINT(misc-const-correctness): alpha that is there changes it
      if constexpr (kAlpha) alpha = to[kColours] = Share(Load(row + 2 * kColours));
      for (std::size_t c = 0; c < kColours; ++c) to[c] = value(Load(row + 2 * c)) * alpha;
    }
  };
  if (light == Light::kGamma) return decode(Share);
  decode([&table = WideDecoding()](int code) { return table[static_cast<std::size_t>(code)]; });
}

void DecodeRow(const std::uint8_t* row, int width, const ResizeSpec& spec, float* to) {
  switch (Channels(spec.format)) {
    case 1:
      return DecodeAs<1>(row, width, spec.light, to);
    case 2:
      return DecodeAs<2>(row, width, spec.light, to);
    case 3:
      return DecodeAs<3>(row, width, spec.light, to);
    case 4:
      return DecodeAs<4>(row, width, spec.light, to);
  }
}

// One row of a finished group, from its first sample on, back to codes.
template <std::size_t kChannels>
void EncodeAs(const float* sample, int width, Light light, std::uint8_t* to) {
  constexpr bool kAlpha = kChannels % 2 == 0;
  constexpr std::size_t kColours = kAlpha ? kChannels - 1 : kChannels;
  const auto encode = [&](const auto& code) {
    for (int x = 0; x < width; ++x, sample += kChannels * kGroupRows, to += 2 * kChannels) {
      float scale = 1;  // NOLINT(misc-const-correctness): alpha changes it
      if constexpr (kAlpha) {
        const float alpha = sample[kColours * kGroupRows];
        const std::uint16_t alpha_code = CodeOfShare(alpha);
        Store(alpha_code, to + 2 * kColours);
        scale = alpha_code == 0 ? 0 : 1 / alpha;
      }
      for (std::size_t c = 0; c < kColours; ++c) {
        Store(code(sample[c * kGroupRows] * scale), to + 2 * c);
      }
    }
  };
  if (light == Light::kGamma) return encode(CodeOfShare);
  encode(WideEncoding());
}

void EncodeRow(const float* sample, int width, const ResizeSpec& spec, std::uint8_t* to) {
  switch (Channels(spec.format)) {
    case 1:
      return EncodeAs<1>(sample, width, spec.light, to);
    case 2:
      return EncodeAs<2>(sample, width, spec.light, to);
    case 3:
      return EncodeAs<3>(sample, width, spec.light, to);
    case 4:
      return EncodeAs<4>(sample, width, spec.light, to);
  }
}

}  // namespace

std::size_t WideResizer::BytesNeeded(const ResizeSpec& spec) {
  if (!Check(spec)) return 0;
  const std::size_t values =
      kGroupRows * (LaneStride(spec) + RowSamples(spec)) + FinishedSamples(spec);
  return WideVerticalPass::BytesNeeded(spec.vertical(), RowSamples(spec)) +
         WideFilter::BytesNeeded(spec.horizontal()) + values * sizeof(float);
}

std::size_t WideResizer::buffer_bytes() const {
  return vertical_.bytes() + horizontal_.bytes() + lanes_.bytes() + columns_.bytes() +
         finished_.bytes();
}

Expected<void> WideResizer::Configure(const ResizeSpec& spec) {
  WHITTLE_CHECK(Check(spec));
  spec_ = spec;
  kernels_ = &KernelsForThisCpu();
  samples_ = RowSamples(spec);
  WHITTLE_CHECK(vertical_.Configure(*kernels_, spec.vertical(), samples_));
  WHITTLE_CHECK(horizontal_.Configure(spec.horizontal()));
  lanes_.Resize(kGroupRows * LaneStride(spec));
  columns_.Resize(kGroupRows * samples_);
  finished_.Resize(FinishedSamples(spec));
  taken_ = rows_ = dropped_ = 0;
  ready_ = false;
  return {};
}

int WideResizer::Push(ConstRowSpan rows) {
  assert(rows.format == spec_.format && rows.width == spec_.geometry.src_width);
  int used = 0;
  while (used < rows.rows && taken_ < spec_.geometry.src_height) {
    Gather();
    if (!vertical_.HasRoom()) break;
    if (float* slot = vertical_.Slot()) DecodeRow(rows.row(used), rows.width, spec_, slot);
    vertical_.Advance();
    ++used, ++taken_;
  }
  return used;
}

int WideResizer::Pull(RowSpan out) {
  assert(out.format == spec_.format && out.width == spec_.geometry.dst_width);
  Gather();
  if (!ready_) return 0;
  const int count = std::min(out.rows, rows_ - dropped_);
  for (int y = 0; y < count; ++y) {
    EncodeRow(finished_.data() + dropped_ + y, out.width, spec_, out.row(y));
  }
  dropped_ += count;
  if (dropped_ == rows_) {
    rows_ = dropped_ = 0;
    ready_ = false;
  }
  return count;
}

// Fetches output rows as far as the source rows allow, up to one finished group.
void WideResizer::Gather() {
  if (ready_) return;
  while (rows_ < kGroupRows &&
         vertical_.Next(lanes_.data() + static_cast<std::size_t>(rows_) * LaneStride(spec_))) {
    ++rows_;
  }
  if (rows_ == kGroupRows || (rows_ > 0 && vertical_.Done())) FinishGroup();
}

void WideResizer::FinishGroup() {
  std::array<const float*, kGroupRows> rows{};
  for (int row = 0; row < kGroupRows; ++row) {
    // The last group repeats its last row.
    const auto from = static_cast<std::size_t>(std::min(row, rows_ - 1));
    rows[static_cast<std::size_t>(row)] = lanes_.data() + from * LaneStride(spec_);
  }
  kernels_->turn_wide(rows.data(), samples_, columns_.data());
  kernels_->weigh_wide_columns(horizontal_, columns_.data(),
                               static_cast<std::size_t>(Channels(spec_.format)), finished_.data());
  ready_ = true;
}

}  // namespace whittle::pixel
