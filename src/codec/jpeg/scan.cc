#include "codec/jpeg/scan.h"

#include <algorithm>
#include <span>

namespace whittle::codec {
namespace {

static_assert(jpeg::kMaxUnitBlocks == D_MAX_BLOCKS_IN_MCU);

// One scan with all components in their order, whole and at once.
bool IsPlain(const jpeg_decompress_struct& c) {
  if (c.progressive_mode == TRUE || c.arith_code == TRUE || c.data_precision != BITS_IN_JSAMPLE ||
      c.comps_in_scan != c.num_components || c.Ss != 0 || c.Se != DCTSIZE2 - 1 || c.Ah != 0 ||
      c.Al != 0) {
    return false;
  }
  for (int i = 0; i < c.comps_in_scan; ++i) {
    if (c.cur_comp_info[i] != c.comp_info + i) return false;
  }
  return c.num_components == 1 || c.num_components == static_cast<int>(jpeg::kMaxComponents);
}

const JHUFF_TBL* TableAt(JHUFF_TBL* const (&tables)[NUM_HUFF_TBLS], int index) {
  return index >= 0 && index < NUM_HUFF_TBLS ? tables[index] : nullptr;
}

void Copy(const JHUFF_TBL& table, jpeg::HuffmanSpec& spec) {
  std::ranges::copy(std::span(table.bits).subspan(1), spec.counts.begin());
  std::ranges::copy(table.huffval, spec.symbols.begin());
}

}  // namespace

std::optional<jpeg::Scan> ScanOf(const Decoder& decoder) {
  const jpeg_decompress_struct& c = decoder.c;
  if (!IsPlain(c)) return std::nullopt;
  jpeg::Scan scan;
  scan.width = static_cast<int>(c.image_width);
  scan.height = static_cast<int>(c.image_height);
  scan.count = static_cast<std::size_t>(c.num_components);
  scan.restart_interval = static_cast<int>(c.restart_interval);
  scan.data = {c.src->next_input_byte, c.src->bytes_in_buffer};
  for (std::size_t i = 0; i < scan.count; ++i) {
    const jpeg_component_info& part = c.comp_info[i];
    const JHUFF_TBL* dc = TableAt(c.dc_huff_tbl_ptrs, part.dc_tbl_no);
    const JHUFF_TBL* ac = TableAt(c.ac_huff_tbl_ptrs, part.ac_tbl_no);
    const int quant = part.quant_tbl_no;
    if (dc == nullptr || ac == nullptr || quant < 0 || quant >= NUM_QUANT_TBLS ||
        c.quant_tbl_ptrs[quant] == nullptr) {
      return std::nullopt;
    }
    jpeg::Scan::Component& component = scan.components[i];
    component.h = part.h_samp_factor;
    component.v = part.v_samp_factor;
    component.dc_table = static_cast<std::size_t>(part.dc_tbl_no);
    component.ac_table = static_cast<std::size_t>(part.ac_tbl_no);
    std::ranges::copy(c.quant_tbl_ptrs[quant]->quantval, component.quant.begin());
    Copy(*dc, scan.dc_tables[component.dc_table]);
    Copy(*ac, scan.ac_tables[component.ac_table]);
  }
  return scan;
}

}  // namespace whittle::codec
