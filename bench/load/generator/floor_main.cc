// whittle_floor: what libjpeg-turbo alone takes to decode files to RGB, in CPU time.
//
//   whittle_floor PASSES FILE...       prints {"files":41,"passes":2,"cpu_ms":5.81}
//
// The mark that the servers are held against: full size, accurate integer IDCT, smooth upsampling
// of chroma (libjpeg's defaults), rows into one small buffer, files read before the clock starts.
// libjpeg's own error handler prints and ends the program, which is right here.
#include <fmt/format.h>

#include <cstdio>  // jpeglib.h needs it
//
#include <jpeglib.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <vector>

namespace {

using File = std::vector<unsigned char>;

File ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

double CpuMilliseconds() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

void Decode(const File& file, std::vector<unsigned char>& samples) {
  jpeg_decompress_struct info;
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, file.data(), file.size());
  jpeg_read_header(&info, TRUE);
  info.out_color_space = JCS_RGB;
  info.dct_method = JDCT_ISLOW;
  info.do_fancy_upsampling = TRUE;
  jpeg_start_decompress(&info);

  const std::size_t stride = std::size_t{info.output_width} * 3;
  const auto batch = static_cast<JDIMENSION>(info.rec_outbuf_height);
  samples.resize(stride * batch);
  std::vector<JSAMPROW> rows;
  for (JDIMENSION i = 0; i < batch; ++i) rows.push_back(samples.data() + i * stride);
  while (info.output_scanline < info.output_height) jpeg_read_scanlines(&info, rows.data(), batch);
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
}

}  // namespace

int main(int argc, char** argv) {
  const int passes = argc > 1 ? std::atoi(argv[1]) : 0;
  if (argc < 3 || passes < 1) {
    std::fputs("usage: whittle_floor PASSES FILE...\n", stderr);
    return 2;
  }
  std::vector<File> files;
  for (int i = 2; i < argc; ++i) files.push_back(ReadFile(argv[i]));

  std::vector<unsigned char> samples;
  Decode(files.front(), samples);  // the libraries' pages are in memory now
  const double began = CpuMilliseconds();
  for (int pass = 0; pass < passes; ++pass) {
    for (const File& file : files) Decode(file, samples);
  }
  const double decodes = static_cast<double>(files.size()) * passes;
  fmt::print("{{\"files\":{},\"passes\":{},\"cpu_ms\":{:.4f}}}\n", files.size(), passes,
             (CpuMilliseconds() - began) / decodes);
  return 0;
}
