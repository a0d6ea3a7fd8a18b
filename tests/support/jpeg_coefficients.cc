#include "tests/support/jpeg_coefficients.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <stdexcept>
// jpeglib.h needs stdio first
#include <jpeglib.h>

#include <csetjmp>

namespace whittle::test {
namespace {

struct Reader {
  jpeg_error_mgr errors{};  // first: libjpeg hands its address back
  std::jmp_buf jump;
  char text[JMSG_LENGTH_MAX] = {};
  jpeg_decompress_struct c{};
  ~Reader() { jpeg_destroy_decompress(&c); }
};

void Leave(j_common_ptr c) {
  auto* reader = reinterpret_cast<Reader*>(c->err);
  c->err->format_message(c, reader->text);
  std::longjmp(reader->jump, 1);
}

int RoundedUp(JDIMENSION blocks, int factor) {
  return (static_cast<int>(blocks) + factor - 1) / factor * factor;
}

void Take(jpeg_decompress_struct& c, std::size_t i, jvirt_barray_ptr array, bool padded,
          ComponentCoefficients& component) {
  const jpeg_component_info& info = c.comp_info[i];
  component.width = RoundedUp(info.width_in_blocks, padded ? info.h_samp_factor : 1);
  component.height = RoundedUp(info.height_in_blocks, padded ? info.v_samp_factor : 1);
  std::copy_n(info.quant_table->quantval, 64, component.steps.begin());
  for (int y = 0; y < component.height; ++y) {
    const JBLOCKROW row = c.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&c), array,
                                                    static_cast<JDIMENSION>(y), 1, FALSE)[0];
    for (int x = 0; x < component.width; ++x) {
      std::copy_n(row[x], 64, component.blocks.emplace_back().begin());
    }
  }
}

// False when libjpeg has an error or a warning. Holds no object that a jump would skip.
bool Read(Reader& reader, ByteView file, bool padded,
          std::vector<ComponentCoefficients>& components) {
  jpeg_decompress_struct& c = reader.c;
  c.err = jpeg_std_error(&reader.errors);
  reader.errors.error_exit = Leave;
  reader.errors.emit_message = [](j_common_ptr common, int level) {
    if (level < 0) Leave(common);
  };
  if (setjmp(reader.jump) != 0) return false;
  jpeg_create_decompress(&c);
  jpeg_mem_src(&c, file.data(), file.size());
  jpeg_read_header(&c, TRUE);
  jvirt_barray_ptr* arrays = jpeg_read_coefficients(&c);
  components.resize(static_cast<std::size_t>(c.num_components));
  for (std::size_t i = 0; i < components.size(); ++i) Take(c, i, arrays[i], padded, components[i]);
  jpeg_finish_decompress(&c);
  return true;
}

struct Writer {
  jpeg_compress_struct c{};
  unsigned char* out = nullptr;
  unsigned long size = 0;
  ~Writer() {
    jpeg_destroy_compress(&c);
    std::free(out);
  }
};

void Put(jpeg_decompress_struct& c, jvirt_barray_ptr array,
         const ComponentCoefficients& component) {
  const auto width = static_cast<std::size_t>(component.width);
  for (std::size_t y = 0; y < static_cast<std::size_t>(component.height); ++y) {
    const JBLOCKROW row = c.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&c), array,
                                                    static_cast<JDIMENSION>(y), 1, TRUE)[0];
    for (std::size_t x = 0; x < width; ++x) {
      std::ranges::copy(component.blocks[y * width + x], row[x]);
    }
  }
}

bool Rewrite(Reader& reader, Writer& writer, ByteView file,
             const std::vector<ComponentCoefficients>& components,
             std::span<const jpeg_scan_info> scans) {
  jpeg_decompress_struct& from = reader.c;
  jpeg_compress_struct& to = writer.c;
  from.err = jpeg_std_error(&reader.errors);
  to.err = from.err;
  reader.errors.error_exit = Leave;
  if (setjmp(reader.jump) != 0) return false;
  jpeg_create_decompress(&from);
  jpeg_create_compress(&to);
  jpeg_mem_src(&from, file.data(), file.size());
  jpeg_mem_dest(&to, &writer.out, &writer.size);
  jpeg_read_header(&from, TRUE);
  jvirt_barray_ptr* arrays = jpeg_read_coefficients(&from);
  for (std::size_t i = 0; i < components.size(); ++i) Put(from, arrays[i], components[i]);
  jpeg_copy_critical_parameters(&from, &to);
  if (!scans.empty()) {
    to.scan_info = scans.data();
    to.num_scans = static_cast<int>(scans.size());
  }
  to.optimize_coding = TRUE;
  jpeg_write_coefficients(&to, arrays);
  jpeg_finish_compress(&to);
  jpeg_finish_decompress(&from);
  return true;
}

}  // namespace

Bytes WithCoefficients(ByteView file, const std::vector<ComponentCoefficients>& components,
                       bool separate_scans) {
  Reader reader;
  Writer writer;
  std::vector<jpeg_scan_info> scans;
  for (int i = 0; separate_scans && i < static_cast<int>(components.size()); ++i) {
    scans.push_back(
        {.comps_in_scan = 1, .component_index = {i, 0, 0, 0}, .Ss = 0, .Se = 63, .Ah = 0, .Al = 0});
  }
  if (!Rewrite(reader, writer, file, components, scans)) throw std::runtime_error(reader.text);
  return Bytes::CopyOf({writer.out, writer.size});
}

std::vector<ComponentCoefficients> ReadCoefficients(ByteView file, bool padded) {
  Reader reader;
  std::vector<ComponentCoefficients> components;
  if (!Read(reader, file, padded, components)) throw std::runtime_error(reader.text);
  return components;
}

}  // namespace whittle::test
