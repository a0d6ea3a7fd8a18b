#include "tests/support/corpus.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
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
    rows.push_back(std::move(row));
  }
  return rows;
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
