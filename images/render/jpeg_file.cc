#include "jpeg_file.h"

#include <jpeglib.h>

#include <array>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace render {
namespace {

// Big-endian numbers appended to a string, as EXIF and ICC want them.
void Put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}
void Put32(std::string& out, uint32_t value) {
  Put16(out, value >> 16);
  Put16(out, value & 0xFFFF);
}
void PutFixed(std::string& out, double value) {  // ICC s15Fixed16Number
  Put32(out, static_cast<uint32_t>(static_cast<int32_t>(value * 65536 + (value < 0 ? -0.5 : 0.5))));
}

// EXIF with one entry: "turn me a quarter clockwise to see me upright".
std::string TurnedExif() {
  std::string exif("Exif\0\0MM\0\x2A", 10);
  Put32(exif, 8);       // offset of the first directory
  Put16(exif, 1);       // entries
  Put16(exif, 0x0112);  // Orientation
  Put16(exif, 3);       // SHORT
  Put32(exif, 1);
  Put16(exif, 6);
  Put16(exif, 0);
  Put32(exif, 0);  // no next directory
  return exif;
}

std::string TextTag(std::string_view text) {  // ICC v4 multiLocalizedUnicodeType, English only
  std::string tag = "mluc";
  Put32(tag, 0);
  Put32(tag, 1);
  Put32(tag, 12);
  tag += "enUS";
  Put32(tag, static_cast<uint32_t>(2 * text.size()));
  Put32(tag, 28);
  for (const char c : text) Put16(tag, static_cast<unsigned char>(c));
  return tag;
}

std::string XyzTag(double x, double y, double z) {
  std::string tag = "XYZ ";
  Put32(tag, 0);
  for (const double value : {x, y, z}) PutFixed(tag, value);
  return tag;
}

// An ICC v4 profile of Display P3: primaries of SMPTE EG 432-1 with white D65, adapted to D50 by
// Bradford, and the curve of sRGB. Layout and types: ICC.1:2010.
std::string DisplayP3Profile() {
  std::string curve = "para";
  Put32(curve, 0);
  Put16(curve, 3);
  Put16(curve, 0);
  for (const double v : {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045}) PutFixed(curve, v);
  const std::array<std::pair<std::string_view, std::string>, 9> tags = {{
      {"desc", TextTag("Whittle sample, Display P3")},
      {"cprt", TextTag("CC0")},
      {"wtpt", XyzTag(0.96420, 1.0, 0.82491)},
      {"rXYZ", XyzTag(0.51512, 0.24120, -0.00105)},
      {"gXYZ", XyzTag(0.29198, 0.69225, 0.04189)},
      {"bXYZ", XyzTag(0.15710, 0.06657, 0.78407)},
      {"rTRC", curve},
      {"gTRC", curve},
      {"bTRC", curve},
  }};

  std::string table, data;
  const size_t data_begin = 128 + 4 + 12 * tags.size();
  Put32(table, static_cast<uint32_t>(tags.size()));
  for (const auto& [name, bytes] : tags) {
    table += name;
    Put32(table, static_cast<uint32_t>(data_begin + data.size()));
    Put32(table, static_cast<uint32_t>(bytes.size()));
    data += bytes;
    data.resize((data.size() + 3) / 4 * 4);
  }

  std::string head;
  Put32(head, static_cast<uint32_t>(data_begin + data.size()));
  Put32(head, 0);
  Put32(head, 0x04000000);
  head += "mntrRGB XYZ ";
  for (const unsigned v : {2025u, 1u, 1u, 0u, 0u, 0u}) Put16(head, v);
  head += "acsp";
  head.resize(68);
  for (const double v : {0.96420, 1.0, 0.82491}) PutFixed(head, v);
  head.resize(128);
  return head + table + data;
}

// The stored picture of a turned shot: the upright one turned a quarter counter-clockwise.
Picture OnItsSide(const Picture& upright) {
  Picture side{upright.height, upright.width, {}};
  side.rgb.resize(upright.rgb.size());
  for (int y = 0; y < side.height; ++y) {
    for (int x = 0; x < side.width; ++x) {
      const auto from = (static_cast<size_t>(x) * static_cast<size_t>(upright.width) +
                         static_cast<size_t>(upright.width - 1 - y)) *
                        3;
      const auto to =
          (static_cast<size_t>(y) * static_cast<size_t>(side.width) + static_cast<size_t>(x)) * 3;
      std::copy_n(&upright.rgb[from], 3, &side.rgb[to]);
    }
  }
  return side;
}

struct Compressor : jpeg_compress_struct {
  Compressor() : jpeg_compress_struct{} {
    err = jpeg_std_error(&errors);  // prints and ends the program: right for a tool
    jpeg_create_compress(this);
  }
  ~Compressor() { jpeg_destroy_compress(this); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  jpeg_error_mgr errors{};
};

void PutMarker(Compressor& jpeg, int marker, std::string_view bytes) {
  jpeg_write_marker(&jpeg, marker, std::bit_cast<const JOCTET*>(bytes.data()),
                    static_cast<unsigned>(bytes.size()));
}

}  // namespace

size_t WriteJpeg(const std::filesystem::path& path, const Picture& upright, const Shot& shot) {
  const Picture picture = shot.turned ? OnItsSide(upright) : upright;
  unsigned char* buffer = nullptr;  // grows inside libjpeg; above `jpeg`, whose end may touch it
  unsigned long size = 0;
  Compressor jpeg;
  jpeg_mem_dest(&jpeg, &buffer, &size);
  jpeg.image_width = static_cast<JDIMENSION>(picture.width);
  jpeg.image_height = static_cast<JDIMENSION>(picture.height);
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);  // 4:2:0
  jpeg_set_quality(&jpeg, shot.quality, TRUE);
  if (shot.grey) jpeg_set_colorspace(&jpeg, JCS_GRAYSCALE);
  if (shot.progressive) jpeg_simple_progression(&jpeg);
  jpeg.optimize_coding = TRUE;
  jpeg_start_compress(&jpeg, TRUE);
  if (shot.turned) PutMarker(jpeg, JPEG_APP0 + 1, TurnedExif());
  if (shot.display_p3) {
    PutMarker(jpeg, JPEG_APP0 + 2, std::string("ICC_PROFILE\0\1\1", 14) + DisplayP3Profile());
  }
  for (int y = 0; y < picture.height; ++y) {
    auto* row = const_cast<JSAMPLE*>(
        &picture.rgb[static_cast<size_t>(y) * static_cast<size_t>(picture.width) * 3]);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  const std::unique_ptr<unsigned char, decltype(&std::free)> owner(buffer, &std::free);

  std::ofstream file(path, std::ios::binary);
  file.write(std::bit_cast<const char*>(owner.get()), static_cast<std::streamsize>(size));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
  return size;
}

}  // namespace render
