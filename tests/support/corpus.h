// Where the test images are. They are not part of the repository: WHITTLE_CORPUS names their
// folder, by default ../shared/corpus beside the checkout. Without it the tests that need them skip
// and say so; everything else runs on images made in code (pictures.h).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "whittle/bytes.h"
#include "whittle/error.h"
#include "whittle/expected.h"
#include "whittle/limits.h"

namespace whittle::test {

/// The corpus folder, or nothing when there is none.
std::optional<std::filesystem::path> CorpusDir();

/// One line of the corpus' MANIFEST.tsv.
struct ManifestRow {
  std::string path;  ///< relative to the corpus folder
  std::string format;
  std::string width, height, mode, expected, rendition, note;
};

/// All lines, empty without a corpus.
std::vector<ManifestRow> Manifest();

/// What should come of a row: "ok" or an HTTP status. Of several that the manifest allows, the
/// first, or "ok" where a part is missing and the format's decoder fills it in; where we know
/// better, that (corpus.cc has the formats, the rows and the reasons).
std::string WantedOutcome(const ManifestRow& row);
/// True for WantedOutcome, and for anything else that the manifest allows.
bool IsWantedOutcome(const ManifestRow& row, const std::string& outcome);
/// "ok" or the status of the error.
template <class T>
std::string OutcomeOf(const Expected<T>& result) {
  return result ? "ok" : std::to_string(HttpStatus(result.error().kind));
}

/// The manifest's premises: a limit of 100 million pixels, and the memory for as many.
Limits CorpusLimits();

/// A whole file; throws std::runtime_error when it cannot be read.
Bytes ReadFile(const std::filesystem::path& path);
void WriteFile(const std::filesystem::path& path, ByteView bytes);

/// A fresh directory, removed with all it holds at the end of the scope.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace whittle::test

/// Skips the running test, loudly, where the corpus is missing.
#define WHITTLE_NEEDS_CORPUS()                                                              \
  if (!::whittle::test::CorpusDir())                                                        \
  GTEST_SKIP() << "LEFT OUT: no test images. Set WHITTLE_CORPUS to their folder (default: " \
                  "../shared/corpus beside the checkout)."
