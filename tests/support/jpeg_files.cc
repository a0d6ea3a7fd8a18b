// The JPEG half of pictures.h: libjpeg in its plainest use. Its errors become exceptions by way of
// longjmp out of a function that holds no C++ object.
#include <cstdio>
// jpeglib.h needs stdio first
#include <jpeglib.h>

#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "tests/support/pictures.h"

namespace whittle::test {
namespace {

struct Trap {
  jpeg_error_mgr manager;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

void Throw(j_common_ptr cinfo) {
  auto* trap = reinterpret_cast<Trap*>(cinfo->err);
  (*cinfo->err->format_message)(cinfo, trap->message);
  std::longjmp(trap->jump, 1);
}

jpeg_error_mgr* Arm(Trap& trap) {
  jpeg_error_mgr* manager = jpeg_std_error(&trap.manager);
  manager->error_exit = Throw;
  manager->output_message = [](j_common_ptr) {};
  return manager;
}

struct Encoder {
  jpeg_compress_struct c{};
  Trap trap{};
  unsigned char* out = nullptr;
  unsigned long size = 0;
  ~Encoder() {
    jpeg_destroy_compress(&c);
    std::free(out);
  }
};

bool Encode(Encoder& e, const Picture& p, const JpegOptions& o, const unsigned char* exif,
            unsigned exif_size, unsigned char* row) {
  if (setjmp(e.trap.jump) != 0) return false;
  e.c.err = Arm(e.trap);
  jpeg_create_compress(&e.c);
  jpeg_mem_dest(&e.c, &e.out, &e.size);
  e.c.image_width = static_cast<JDIMENSION>(p.width);
  e.c.image_height = static_cast<JDIMENSION>(p.height);
  e.c.input_components = p.channels;
  e.c.in_color_space = p.channels == 1 ? JCS_GRAYSCALE : p.channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&e.c);
  if (p.channels == 4) jpeg_set_colorspace(&e.c, o.ycck ? JCS_YCCK : JCS_CMYK);
  jpeg_set_quality(&e.c, o.quality, TRUE);
  e.c.comp_info[0].h_samp_factor = p.channels == 1 ? 1 : o.h_sampling;
  e.c.comp_info[0].v_samp_factor = p.channels == 1 ? 1 : o.v_sampling;
  if (p.channels == 3) e.c.comp_info[1].h_samp_factor = o.cb_h_sampling;
  if (p.channels == 4) {  // K is sampled as luma is
    e.c.comp_info[3].h_samp_factor = o.h_sampling;
    e.c.comp_info[3].v_samp_factor = o.v_sampling;
  }
  e.c.optimize_coding = o.optimised ? TRUE : FALSE;
  e.c.restart_interval = static_cast<unsigned>(o.restart_interval);
  e.c.arith_code = o.arithmetic ? TRUE : FALSE;
  if (o.progressive) jpeg_simple_progression(&e.c);
  jpeg_start_compress(&e.c, TRUE);
  if (exif_size > 0) jpeg_write_marker(&e.c, JPEG_APP0 + 1, exif, exif_size);
  if (!o.icc.empty()) {
    jpeg_write_icc_profile(&e.c, reinterpret_cast<const JOCTET*>(o.icc.data()),
                           static_cast<unsigned>(o.icc.size()));
  }
  const auto width = static_cast<std::size_t>(p.width) * static_cast<std::size_t>(p.channels);
  while (e.c.next_scanline < e.c.image_height) {
    std::memcpy(row, p.samples.data() + e.c.next_scanline * width, width);
    if (p.channels == 4) {  // Adobe stores CMYK inverted
      for (std::size_t i = 0; i < width; ++i) row[i] = static_cast<unsigned char>(255 - row[i]);
    }
    jpeg_write_scanlines(&e.c, &row, 1);
  }
  jpeg_finish_compress(&e.c);
  return true;
}

struct Decoder {
  jpeg_decompress_struct d{};
  Trap trap{};
  JOCTET* icc = nullptr;
  unsigned icc_size = 0;
  ~Decoder() {
    jpeg_destroy_decompress(&d);
    std::free(icc);
  }
};

bool ReadHeader(Decoder& e, ByteView file) {
  if (setjmp(e.trap.jump) != 0) return false;
  e.d.err = Arm(e.trap);
  jpeg_create_decompress(&e.d);
  jpeg_mem_src(&e.d, file.data(), static_cast<unsigned long>(file.size()));
  jpeg_save_markers(&e.d, JPEG_APP0 + 2, 0xFFFF);
  jpeg_read_header(&e.d, TRUE);
  jpeg_read_icc_profile(&e.d, &e.icc, &e.icc_size);
  jpeg_start_decompress(&e.d);
  return true;
}

bool ReadRows(Decoder& e, unsigned char* samples) {
  if (setjmp(e.trap.jump) != 0) return false;
  const std::size_t width =
      std::size_t{e.d.output_width} * static_cast<std::size_t>(e.d.output_components);
  while (e.d.output_scanline < e.d.output_height) {
    unsigned char* row = samples + e.d.output_scanline * width;
    jpeg_read_scanlines(&e.d, &row, 1);
  }
  jpeg_finish_decompress(&e.d);
  return true;
}

// An APP1 with one IFD entry: Orientation, SHORT.
std::string ExifWith(int orientation) {
  std::string exif("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 24);
  exif += static_cast<char>(orientation);
  return exif + std::string(7, '\0');
}

}  // namespace

std::string PhotoBody(int width, int height) {
  return std::string(AsText(EncodeJpeg(Photo(width, height)).view()));
}

Bytes EncodeJpeg(const Picture& picture, const JpegOptions& options) {
  Encoder encoder;
  const std::string exif = options.orientation > 0 ? ExifWith(options.orientation) : "";
  std::vector<unsigned char> row(static_cast<std::size_t>(picture.width) *
                                 static_cast<std::size_t>(picture.channels));
  if (!Encode(encoder, picture, options, reinterpret_cast<const unsigned char*>(exif.data()),
              static_cast<unsigned>(exif.size()), row.data())) {
    throw std::runtime_error(encoder.trap.message);
  }
  return Bytes::CopyOf({encoder.out, encoder.size});
}

Picture DecodeJpeg(ByteView file, std::string* icc) {
  Decoder decoder;
  if (!ReadHeader(decoder, file)) throw std::runtime_error(decoder.trap.message);
  Picture picture = Blank(static_cast<int>(decoder.d.output_width),
                          static_cast<int>(decoder.d.output_height), decoder.d.output_components);
  if (icc != nullptr) icc->assign(reinterpret_cast<char*>(decoder.icc), decoder.icc_size);
  if (!ReadRows(decoder, picture.samples.data())) throw std::runtime_error(decoder.trap.message);
  if (decoder.d.err->num_warnings > 0) throw std::runtime_error("libjpeg warned");
  return picture;
}

}  // namespace whittle::test
