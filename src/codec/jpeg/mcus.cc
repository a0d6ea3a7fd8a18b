#include "codec/jpeg/mcus.h"

extern "C" {
#include <jpegint.h>
}

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

#include "codec/jpeg/decoder.h"

namespace whittle::codec {
namespace {

std::span<jpeg_component_info* const> PartsOf(const jpeg_decompress_struct& c) {
  return {c.cur_comp_info, static_cast<std::size_t>(c.comps_in_scan)};
}

bool GivesDc(const jpeg_decompress_struct& c) { return c.progressive_mode == FALSE || c.Ss == 0; }

std::size_t IndexOf(const jpeg_component_info& part) {
  return static_cast<std::size_t>(part.component_index);
}

// Of the blocks of the MCU one above the other, the lowest that belongs to the picture.
int LastRow(const jpeg_decompress_struct& c, const jpeg_component_info& part) {
  const auto above = static_cast<int>(c.input_iMCU_row) * part.v_samp_factor;
  return std::min(part.MCU_height, static_cast<int>(part.height_in_blocks) - above) - 1;
}

}  // namespace

JCOEF McuWatch::Mean::Rounded() const {
  if (count == 0) return 0;
  const std::int64_t half = sum < 0 ? -(count / 2) : count / 2;
  return static_cast<JCOEF>((sum + half) / count);
}

void McuWatch::Attach(jpeg_decompress_struct& c) {
  if (c.entropy == nullptr || c.entropy->decode_mcu == Step) return;
  decode_ = c.entropy->decode_mcu;
  c.entropy->decode_mcu = Step;
}

boolean McuWatch::Step(j_decompress_ptr c, JBLOCKROW* blocks) {
  McuWatch& watch = static_cast<Decoder*>(c->client_data)->mcus;
  if (c->input_scan_number != watch.scan_) watch.BeginScan(*c);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the blocks there are are copied
  std::array<JBLOCK, D_MAX_BLOCKS_IN_MCU> before;
  const auto count = static_cast<std::size_t>(c->blocks_in_MCU);
  for (std::size_t i = 0; i < count; ++i) std::memcpy(before[i], blocks[i], sizeof(JBLOCK));
  watch.decode_(c, blocks);
  if (watch.IsThere(*c)) {
    watch.anything_ = true;
    watch.Sum(*c, blocks);
  } else {
    watch.missing_ = true;
    watch.row_is_whole_ = false;
    for (std::size_t i = 0; i < count; ++i) std::memcpy(blocks[i], before[i], sizeof(JBLOCK));
    watch.Fill(*c, blocks);
  }
  if (++watch.column_ == c->MCUs_per_row) watch.EndRow(*c);
  return TRUE;
}

void McuWatch::BeginScan(const jpeg_decompress_struct& c) {
  scan_ = c.input_scan_number;
  column_ = 0;
  row_is_whole_ = true;
  if (!GivesDc(c)) return;
  for (const jpeg_component_info* part : PartsOf(c)) {
    Part& own = parts_[IndexOf(*part)];
    if (own.dc_scan == 0) own = {.dc_scan = scan_, .row = {}, .above = {}};
  }
}

bool McuWatch::IsThere(const jpeg_decompress_struct& c) const {
  return c.entropy->insufficient_data == FALSE && zeros_ <= kMostZeros;
}

void McuWatch::Sum(const jpeg_decompress_struct& c, const JBLOCKROW* blocks) {
  if (!GivesDc(c)) return;
  for (const jpeg_component_info* info : PartsOf(c)) {
    Part& part = parts_[IndexOf(*info)];
    const int row = LastRow(c, *info);
    for (int x = 0; x < info->MCU_width; ++x) {
      // Columns beyond the picture fill up the last MCU of a row.
      if (column_ * static_cast<JDIMENSION>(info->MCU_width) + static_cast<JDIMENSION>(x) >=
          info->width_in_blocks) {
        break;
      }
      part.row.sum += blocks[row * info->MCU_width + x][0][0];
      ++part.row.count;
    }
    blocks += std::ptrdiff_t{info->MCU_width} * info->MCU_height;
  }
}

void McuWatch::Fill(const jpeg_decompress_struct& c, JBLOCKROW* blocks) const {
  for (const jpeg_component_info* info : PartsOf(c)) {
    const Part& part = parts_[IndexOf(*info)];
    Mean mean = part.above;
    if (!part.whole) mean = {mean.sum + part.row.sum, mean.count + part.row.count};
    const int count = info->MCU_width * info->MCU_height;
    for (int i = 0; i < count && part.dc_scan == scan_; ++i) blocks[i][0][0] = mean.Rounded();
    blocks += count;
  }
}

void McuWatch::EndRow(const jpeg_decompress_struct& c) {
  for (const jpeg_component_info* info : PartsOf(c)) {
    Part& part = parts_[IndexOf(*info)];
    if (row_is_whole_) {
      part.above = part.row;
      part.whole = true;
    } else if (!part.whole) {
      part.above = {part.above.sum + part.row.sum, part.above.count + part.row.count};
    }
    part.row = {};
  }
  column_ = 0;
  row_is_whole_ = true;
}

}  // namespace whittle::codec
