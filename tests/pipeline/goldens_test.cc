// What every operation makes, against stored pictures: tests/goldens/<name>.png for each line of
// goldens.def.
//
// The other tests hold the code against formulas; this one holds it against itself, so that no
// result changes unnoticed. Who changes one on purpose runs the test with WHITTLE_UPDATE_GOLDENS=1
// in its environment, and looks at the pictures before they are committed. A result that differs
// is left in goldens/ of the build's folder.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/codec/decode.h"
#include "tests/pipeline/golden_sources.h"
#include "tests/support/corpus.h"
#include "transform/param_words.h"
#include "transform/params.h"
#include "transform/query.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {
namespace {

namespace fs = std::filesystem;
using codec::Rows;
using test::GoldenSource;
using Params = Transform::Params;

struct Golden {
  std::string_view name;
  GoldenSource source;
  std::string_view query;
  friend void PrintTo(const Golden& golden, std::ostream* out) { *out << golden.query; }
};

constexpr Golden kGoldens[] = {
#define WHITTLE_GOLDEN(name, source, query) {#name, GoldenSource::k##source, query},
#include "tests/pipeline/goldens.def"
#undef WHITTLE_GOLDEN
};

// Parameters that have no golden, and why.
const std::map<std::string_view, std::string_view> kWithoutPixels = {
    {"progressive", "the order in which a file's data comes; its pixels are the same"},
    {"anim", "which frames a result has; formats_test.cc counts them"},
    {"keep", "metadata; formats_test.cc reads it"},
    {"if_larger", "what is sent instead when no pixel changes; operations_test.cc"},
    {"truncated", "whether a cut file is shown; truncated_test.cc"},
};

// Codes that a result may differ by: one where all arithmetic is ours, for roundings on other
// machines. What a lossy encoder or the choice of a palette makes of a picture is libraries'
// business, whose versions differ in details.
constexpr double kMost = 1;
constexpr double kMostLossy = 3;

const fs::path kFolder = fs::path(WHITTLE_SOURCE_DIR) / "tests" / "goldens";

fs::path FileOf(const Golden& golden) { return kFolder / (std::string(golden.name) + ".png"); }

bool Updates() {
  const char* update = std::getenv("WHITTLE_UPDATE_GOLDENS");
  return update != nullptr && std::string_view(update) == "1";
}

Params Parsed(std::string_view query) {
  Params params;
  const auto applied = transform::ApplyQuery(query, params);
  if (!applied) throw std::runtime_error(applied.error().text);
  if (!params.format) params.format = Format::kPng;
  return params;
}

std::string CanonicalOf(std::string_view query) {
  const auto transform = Transform::Make(Parsed(query));
  if (!transform) throw std::runtime_error(transform.error().text);
  return transform->Canonical();
}

bool IsLossy(const Params& params) {
  if (params.colours || params.format == Format::kGif) return true;
  return !params.lossless && params.format != Format::kPng && params.format != Format::kTiff &&
         params.format != Format::kRaw;
}

Rows Shown(GoldenSource source, std::string_view query) {
  const Params params = Parsed(query);
  const auto transform = Transform::Make(params);
  if (!transform) throw std::runtime_error(transform.error().text);
  auto result = Process(test::FileOf(source).view(), *transform, Limits{});
  if (!result) throw std::runtime_error(result.error().text + ": " + result.error().detail);
  if (params.format == Format::kRaw) {
    const Bytes& bytes = result->bytes;
    const std::size_t channels = bytes.size() / (std::size_t{result->width} * result->height);
    return {static_cast<int>(result->width),
            static_cast<int>(result->height),
            pixel::FormatWith(channels <= 2, channels % 2 == 0, false),
            {bytes.data(), bytes.data() + bytes.size()}};
  }
  auto rows = codec::DecodeRows(result->bytes.view());
  if (!rows) throw std::runtime_error(rows.error().text + ": " + rows.error().detail);
  return *std::move(rows);
}

// What one sees of a pixel, 0..255: colour times alpha, and alpha.
std::array<double, 4> SeenAt(const Rows& rows, int x, int y) {
  const double most = IsWide(rows.format) ? 65535 : 255;
  const int last = Channels(rows.format) - 1;
  const double alpha = HasAlpha(rows.format) ? rows.Sample(x, y, last) / most : 1;
  std::array<double, 4> seen = {0, 0, 0, 255 * alpha};
  for (int c = 0; c < 3; ++c) {
    const int channel = IsGrey(rows.format) ? 0 : c;
    seen[static_cast<std::size_t>(c)] = rows.Sample(x, y, channel) / most * 255 * alpha;
  }
  return seen;
}

struct Largest {
  double by = 0;
  int x = 0, y = 0, channel = 0;
};

// Of two pictures of the same size.
Largest LargestDifference(const Rows& a, const Rows& b) {
  Largest largest;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      const auto one = SeenAt(a, x, y);
      const auto other = SeenAt(b, x, y);
      for (std::size_t c = 0; c < one.size(); ++c) {
        const double by = std::abs(one[c] - other[c]);
        if (by > largest.by) largest = {by, x, y, static_cast<int>(c)};
      }
    }
  }
  return largest;
}

void Write(const fs::path& path, const Rows& rows) {
  const auto file = codec::Encode(*codec::ByName("png"), rows, {.effort = 10});
  ASSERT_TRUE(file) << file.error().detail;
  test::WriteFile(path, file->view());
}

bool IsBuilt(std::string_view format) {
  const codec::Codec* codec = codec::ByName(format);
  return codec != nullptr && codec->create != nullptr;
}

class Goldens : public testing::TestWithParam<Golden> {
 protected:
  void SetUp() override {
    const Golden& golden = GetParam();
    for (const std::string_view format : {std::string_view("png"), test::FormatOf(golden.source),
                                          WordOf(*Parsed(golden.query).format)}) {
      if (!IsBuilt(format)) GTEST_SKIP() << "LEFT OUT: a build without " << format;
    }
  }
};

TEST_P(Goldens, AreWhatTheyWere) {
  const Golden& golden = GetParam();
  const Rows rows = Shown(golden.source, golden.query);
  if (Updates()) {
    Write(FileOf(golden), rows);
    return;
  }
  ASSERT_TRUE(fs::exists(FileOf(golden))) << "run with WHITTLE_UPDATE_GOLDENS=1 and look at it";
  const auto stored = codec::DecodeRows(test::ReadFile(FileOf(golden)).view());
  ASSERT_TRUE(stored) << stored.error().detail;
  const fs::path actual = fs::path(WHITTLE_GOLDENS_OUT) / FileOf(golden).filename();
  const bool same_size = rows.width == stored->width && rows.height == stored->height;
  const Largest largest = same_size ? LargestDifference(rows, *stored) : Largest{};
  const double most = IsLossy(Parsed(golden.query)) ? kMostLossy : kMost;
  if (same_size && largest.by <= most) return;
  Write(actual, rows);
  ASSERT_TRUE(same_size) << golden.name << " (" << golden.query << ") is " << rows.width << "x"
                         << rows.height << ", was " << stored->width << "x" << stored->height
                         << ": " << actual;
  ADD_FAILURE() << golden.name << " (" << golden.query << ") differs by " << largest.by
                << " of 255 in "
                << std::array{"red", "green", "blue",
                              "alpha"}[static_cast<std::size_t>(largest.channel)]
                << " at " << largest.x << "," << largest.y << ", " << most
                << " are allowed; now: " << actual << ", stored: " << FileOf(golden);
}

INSTANTIATE_TEST_SUITE_P(Of, Goldens, testing::ValuesIn(kGoldens),
                         [](const auto& info) { return std::string(info.param.name); });

std::vector<std::string> PairsOf(std::string_view query) {
  std::vector<std::string> pairs;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    pairs.emplace_back(query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return pairs;
}

const transform::ParamRow& RowOf(std::string_view pair) {
  const transform::ParamRow* row = transform::FindParam(pair.substr(0, pair.find('=')));
  if (row == nullptr) throw std::runtime_error(std::string(pair));
  return *row;
}

// A golden would say little about a parameter without which it looked the same.
TEST_P(Goldens, ShowEveryParameterOfTheirs) {
  const Golden& golden = GetParam();
  const std::vector<std::string> pairs = PairsOf(golden.query);
  const Rows rows = Shown(golden.source, golden.query);
  for (const std::string& left_out : pairs) {
    const std::string_view name = RowOf(left_out).name;
    if (name == "width" || name == "height" || name == "format") continue;
    std::string query;
    for (const std::string& pair : pairs) {
      if (pair != left_out) query.append(query.empty() ? "" : "&").append(pair);
    }
    if (CanonicalOf(query) == CanonicalOf(golden.query)) continue;  // a default, written out
    const Rows other = Shown(golden.source, query);
    const bool same_size = rows.width == other.width && rows.height == other.height;
    EXPECT_TRUE(!same_size || LargestDifference(rows, other).by > 1)
        << golden.name << " looks the same without " << left_out;
  }
}

TEST(GoldensTable, HasEveryParameterThatChangesPixels) {
  std::set<std::string_view> shown;
  for (const Golden& golden : kGoldens) {
    for (const std::string& pair : PairsOf(golden.query)) shown.insert(RowOf(pair).name);
  }
  for (const transform::ParamRow& row : transform::ParamRows()) {
    EXPECT_NE(shown.contains(row.name), kWithoutPixels.contains(row.name))
        << row.name << " has no golden, nor a reason in kWithoutPixels; or both";
  }
  for (const auto& [name, reason] : kWithoutPixels) {
    EXPECT_NE(transform::FindParam(name), nullptr) << name << " is no parameter";
  }
}

// Every word's value is that of some golden's field.
template <class Words, class Field>
void ExpectEveryWord(const Words& words, Field field) {
  for (const auto& [word, value] : words) {
    EXPECT_TRUE(std::ranges::any_of(
        kGoldens, [&](const Golden& golden) { return field(Parsed(golden.query)) == value; }))
        << word << " has no golden";
  }
}

TEST(GoldensTable, HasEveryWordThatChangesPixels) {
  ExpectEveryWord(transform::kFitWords, [](const Params& p) { return p.fit; });
  ExpectEveryWord(transform::kPositionWords, [](const Params& p) { return p.position; });
  ExpectEveryWord(transform::kKernelWords, [](const Params& p) { return p.kernel; });
  ExpectEveryWord(transform::kRotateWords, [](const Params& p) { return p.rotate; });
  for (const std::string_view word : kFormatWords) {
    EXPECT_TRUE(std::ranges::any_of(
        kGoldens,
        [&](const Golden& golden) { return WordOf(*Parsed(golden.query).format) == word; }))
        << word << " has no golden";
  }
}

TEST(GoldensTable, IsAllThatTheFolderHolds) {
  std::set<fs::path> wanted;
  for (const Golden& golden : kGoldens) {
    EXPECT_TRUE(wanted.insert(FileOf(golden)).second) << golden.name << " twice";
  }
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    EXPECT_TRUE(wanted.contains(entry.path())) << entry.path() << " is no line's";
    bytes += entry.file_size();
  }
  EXPECT_LT(bytes, 280'000U) << "small pictures are enough";
}

}  // namespace
}  // namespace whittle::pipeline
