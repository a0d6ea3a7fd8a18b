#include "tests/support/corpus.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

namespace whittle::test {
namespace fs = std::filesystem;

std::optional<fs::path> CorpusDir() {
  const char* named = std::getenv("WHITTLE_CORPUS");
  const fs::path dir = named != nullptr && *named != '\0'
                           ? fs::path(named)
                           : fs::path(WHITTLE_SOURCE_DIR).parent_path() / "shared" / "corpus";
  if (!fs::is_regular_file(dir / "MANIFEST.tsv")) return std::nullopt;
  return dir;
}

std::vector<ManifestRow> Manifest() {
  std::vector<ManifestRow> rows;
  const auto dir = CorpusDir();
  if (!dir) return rows;
  std::ifstream file(*dir / "MANIFEST.tsv");
  std::string line;
  std::getline(file, line);  // the names of the columns
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    ManifestRow row;
    for (std::string* field : {&row.path, &row.format, &row.width, &row.height, &row.mode,
                               &row.expected, &row.rendition, &row.note}) {
      std::getline(fields, *field, '\t');
    }
    // The manifest has the size of the screen, which browsers enlarge to the first frame's.
    if (row.path == "hostile/made/misc/gif_frame_larger_than_canvas.gif") {
      row.width = row.height = "50";
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

namespace {

// Rows where we know better than the manifest, and why.
const std::map<std::string, std::string>& Stated() {
  static const std::map<std::string, std::string> kStated = {
      // JPEG. Sound, but 12 bits and lossless are refused (codec/jpeg/jpeg.cc).
      {"conformance/jpeg/12bit/testorig12.jpg", "415"},
      {"conformance/jpeg/lossless/jpeg_lossless_sel1.jpg", "415"},
      {"conformance/jpeg/lossless/jpeg_lossless_sel3.jpg", "415"},
      // Cut amid a segment between the passes of a progressive picture: shown as far as it goes.
      {"hostile/corrupt/jpeg/its-39f43f280b31152f1d27df3f9d189317.jpg", "ok"},
      {"hostile/corrupt/jpeg/its-46f5d9c1b0fe352353688f736e5617b6.jpg", "ok"},
      {"hostile/corrupt/jpeg/its-9efd60f04cd971daa83d3131e6d6f389.jpg", "ok"},
      {"hostile/corrupt/zune/jpeg/8ec80a0c0905efa1f0428817b97e5c26498fe034", "ok"},
      // FF D8 FF: a JPEG by its magic bytes, with nothing behind them.
      {"hostile/made/truncated/magic_only_jpg.jpg", "422"},
      // PNG. What is there of files that end too early is shown.
      {"hostile/corrupt/gofuzz/png/651e8f86c759b5af78feb03ce0a5f230667e2cbb-3", "ok"},
      {"hostile/corrupt/gofuzz/png/7c872942689925ab0ca90309c6957dc5808bed18-10", "ok"},
      {"hostile/corrupt/gofuzz/png/f90ba0941f308d9350d75649a8a8af5891677935-3", "ok"},
      {"hostile/corrupt/png/sharp-truncated.png", "ok"},
      {"hostile/corrupt/png/truncated_end_chunk.png", "ok"},
      {"hostile/made/truncated/interlaced_png_10.png", "ok"},
      {"hostile/made/truncated/interlaced_png_50.png", "ok"},
      {"hostile/made/truncated/interlaced_png_95.png", "ok"},
      {"hostile/made/truncated/png_10.png", "ok"},
      {"hostile/made/truncated/png_50.png", "ok"},
      {"hostile/made/truncated/png_95.png", "ok"},
      // Noise behind the signature, which has no size.
      {"hostile/corrupt/png/broken.png", "422"},
      // More data than picture, and CRC and checksum wrong, as in bitflip/*, where 422 is wanted.
      {"hostile/corrupt/zune/png/1fd1e52b45cac9917c274d94b311abb10641249f", "422"},
      // AVIF. A sound file that libavif 0.11 does not read.
      {"conformance/avif/libavif/color_grid_alpha_grid_tile_shared_in_dimg.avif", "422"},
      // GIF. Large frames with next to no data; a frame that lies 60000 pixels out and enlarges the
      // screen, as in browsers; and magic bytes with nothing behind them. What is there of a frame
      // that ends too early is shown.
      {"hostile/made/bombs/gif_9000x9000_60_full_frames.gif", "413"},
      {"hostile/made/misc/gif_frame_outside_canvas.gif", "413"},
      {"hostile/made/misc/gif_short_lzw.gif", "ok"},
      {"hostile/made/truncated/gif_10.gif", "ok"},
      {"hostile/made/truncated/magic_only_gif.gif", "422"},
      // WebP. Sound but for RIFF's size; and what is there of files that end too early.
      {"hostile/made/misc/webp_riff_length_lie.webp", "ok"},
      {"hostile/corrupt/gofuzz/webp/1f711b0183aa92d57b35539cf2ab587fd54e4370-2", "ok"},
      {"hostile/corrupt/gofuzz/webp/29e2ab90d99328ce637334da06a4fbfb82e68bcf-3", "ok"},
      {"hostile/made/truncated/anim_webp_50.webp", "ok"},
      {"hostile/made/truncated/anim_webp_95.webp", "ok"},
      {"hostile/made/truncated/anim_webp_minus2.webp", "ok"},
      {"hostile/made/truncated/lossless_webp_50.webp", "ok"},
      {"hostile/made/truncated/lossless_webp_95.webp", "ok"},
      {"hostile/made/truncated/lossless_webp_minus2.webp", "ok"},
      {"hostile/made/truncated/lossy_webp_50.webp", "ok"},
      {"hostile/made/truncated/lossy_webp_95.webp", "ok"},
      {"hostile/made/truncated/lossy_webp_minus2.webp", "ok"},
      // TIFF. Half floats, read all the same; a size that libtiff refuses before it tells it; and
      // magic bytes with nothing behind them.
      {"hostile/corrupt/tiff/its-c16f4894de3142b98e8f3d8fc6b3d23e.tif", "ok"},
      {"hostile/made/bombs/tiff_4294967295x4294967295.tif", "422"},
      {"hostile/made/truncated/magic_only_tif.tif", "422"},
  };
  return kStated;
}

// Formats whose decoders fill in what a file lacks, where the manifest leaves that to them.
const std::set<std::string>& Filling() {
  static const std::set<std::string> kFilling = {
      "jpeg",
  };
  return kFilling;
}

bool MayBeFilled(const ManifestRow& row) {
  return row.note.find("missing part filled") != std::string::npos;
}

}  // namespace

std::string WantedOutcome(const ManifestRow& row) {
  const auto stated = Stated().find(row.path);
  if (stated == Stated().end() && MayBeFilled(row) && Filling().contains(row.format)) return "ok";
  return stated != Stated().end() ? stated->second : row.expected.substr(0, row.expected.find(' '));
}

bool IsWantedOutcome(const ManifestRow& row, const std::string& outcome) {
  if (outcome == WantedOutcome(row)) return true;
  return !Stated().contains(row.path) &&
         (" " + row.expected + " ").find(" " + outcome + " ") != std::string::npos;
}

Limits CorpusLimits() {
  Limits limits;
  limits.max_source_pixels = 100'000'000;
  limits.max_working_bytes = 1ULL << 30;  // libwebp's lossless decoder
  return limits;
}

Bytes ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  return Bytes::CopyOf(AsBytes(content));
}

void WriteFile(const fs::path& path, ByteView bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

TempDir::TempDir() {
  std::string name = (fs::temp_directory_path() / "whittle-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace whittle::test
