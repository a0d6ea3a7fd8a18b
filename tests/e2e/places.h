// What the tests of stores share: photos, and the places where they are.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/corpus.h"
#include "tests/support/pictures.h"
#include "whittle/bytes.h"

namespace whittle::test {

using Environment = std::vector<std::string>;
using Objects = std::vector<std::pair<std::string, std::string>>;  ///< names and contents

inline constexpr std::string_view kNotTheSecret = "another/secret+of-forty-characters-as-AW";

/// Photos of the corpus that are below half a megabyte, or some made in code; the last has a name
/// that has to be encoded.
inline Objects Photos() {
  Objects photos;
  if (const auto corpus = CorpusDir()) {
    for (const auto& entry : std::filesystem::directory_iterator(*corpus / "photos")) {
      if (entry.file_size() >= 500'000) continue;
      photos.emplace_back("dir/" + entry.path().filename().string(),
                          AsText(ReadFile(entry.path()).view()));
    }
  }
  for (int i = 0; photos.size() < 3; ++i) {
    photos.emplace_back("dir/" + std::to_string(i) + ".jpg",
                        AsText(EncodeJpeg(Photo(300 + 100 * i, 200)).view()));
  }
  photos.emplace_back("Größe/a b+1 100%.jpg", photos.front().second);
  return photos;
}

/// A store with photos in it, and how a program gets in.
class Place {
 public:
  virtual ~Place() = default;
  /// Why it is not there; empty when it is.
  virtual std::string lacks() const { return {}; }
  /// What the program is started with. `denied`: with credentials that the store refuses.
  virtual Environment For(bool denied) = 0;
  /// What its log has to say of a refusal, and what no log may say.
  virtual std::string refusal() const = 0;
  virtual std::vector<std::string> secrets() const = 0;

 protected:
  std::string File(const std::string& name, const std::string& text) const {
    WriteFile(files_.path() / name, AsBytes(text));
    return (files_.path() / name).string();
  }

 private:
  const TempDir files_;
};

}  // namespace whittle::test
