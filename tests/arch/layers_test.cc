// Arrows between rooms point down only. Static libraries share one include root, so CMake does not
// see an upward #include; this test reads them all and holds them against rooms.txt.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace whittle {
namespace {
namespace fs = std::filesystem;

const fs::path kRoot = WHITTLE_SOURCE_DIR;

std::string Read(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> Lines(const fs::path& path) {
  std::vector<std::string> lines;
  std::istringstream text(Read(path));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

std::map<std::string, std::set<std::string>> AllowedRooms() {
  std::map<std::string, std::set<std::string>> allowed;
  for (const std::string& line : Lines(kRoot / "tests/arch/rooms.txt")) {
    if (line.empty() || line[0] == '#') continue;
    const auto colon = line.find(':');
    std::istringstream names(line.substr(colon + 1));
    auto& room = allowed[line.substr(0, colon)];
    for (std::string name; names >> name;) room.insert(name);
  }
  return allowed;
}

std::vector<fs::path> SourceFiles(const fs::path& below) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(below)) {
    const auto extension = entry.path().extension();
    if (extension == ".h" || extension == ".cc" || extension == ".def") {
      files.push_back(entry.path());
    }
  }
  return files;
}

// The file named by an #include line, without its brackets or quotes; empty for other lines.
std::string IncludedFile(std::string_view line) {
  const auto hash = line.find_first_not_of(" \t");
  if (hash == std::string_view::npos || !line.substr(hash).starts_with("#")) return {};
  const auto include = line.find("include");
  if (include == std::string_view::npos) return {};
  const auto open = line.find_first_of("<\"", include);
  if (open == std::string_view::npos) return {};
  const auto close = line.find_first_of(">\"", open + 1);
  return std::string(line.substr(open + 1, close - open - 1));
}

std::string RoomOf(const fs::path& file) {
  return fs::relative(file, kRoot / "src").begin()->string();
}

TEST(Layers, EveryFolderIsARoomInTheTable) {
  const auto allowed = AllowedRooms();
  std::set<std::string> folders;
  for (const auto& entry : fs::directory_iterator(kRoot / "src")) {
    if (entry.is_directory()) folders.insert(entry.path().filename());
  }
  std::set<std::string> rows;
  for (const auto& [room, below] : allowed) rows.insert(room);
  EXPECT_EQ(folders, rows);
}

TEST(Layers, TheTableHasNoCycle) {
  const auto allowed = AllowedRooms();
  // Rows stand in the order of their dependencies, so a room may only name rooms above its row.
  std::set<std::string> above;
  for (const std::string& line : Lines(kRoot / "tests/arch/rooms.txt")) {
    if (line.empty() || line[0] == '#') continue;
    const std::string room = line.substr(0, line.find(':'));
    for (const auto& below : allowed.at(room)) {
      EXPECT_TRUE(above.contains(below)) << room << " names " << below << " before its row";
    }
    above.insert(room);
  }
}

TEST(Layers, NoFileIncludesARoomItsRowDoesNotName) {
  const auto allowed = AllowedRooms();
  int checked = 0;
  for (const fs::path& file : SourceFiles(kRoot / "src")) {
    const std::string room = RoomOf(file);
    for (const std::string& line : Lines(file)) {
      const std::string included = IncludedFile(line);
      const std::string target = included.substr(0, included.find('/'));
      if (!allowed.contains(target)) continue;
      ++checked;
      EXPECT_TRUE(target == room || allowed.at(room).contains(target))
          << file << " includes " << included;
    }
  }
  EXPECT_GT(checked, 10);
}

TEST(Layers, CMakeLinksWhatTheTableSays) {
  const auto allowed = AllowedRooms();
  const std::string cmake = Read(kRoot / "CMakeLists.txt");
  for (const auto& [room, below] : allowed) {
    const auto at = cmake.find("whittle_room(" + room);
    ASSERT_NE(at, std::string::npos) << room;
    std::istringstream words(cmake.substr(at, cmake.find(')', at) - at));
    std::set<std::string> linked;
    bool in_rooms = false;
    for (std::string word; words >> word;) {
      if (word == "ROOMS" || word == "LIBS" || word == "OFF") {
        in_rooms = word == "ROOMS";
      } else if (in_rooms) {
        linked.insert(word);
      }
    }
    EXPECT_EQ(linked, below) << room;
  }
}

// Who adds a parameter or a format of results compiles the rooms anew that know of them, and no
// others (tests/extending).
TEST(Layers, RoomsBelowTheTransformDoNotKnowIt) {
  for (const char* room : {"base", "pixel", "color", "effect", "jpeg", "codec"}) {
    for (const fs::path& file : SourceFiles(kRoot / "src" / room)) {
      for (const std::string& line : Lines(file)) {
        const std::string included = IncludedFile(line);
        EXPECT_FALSE(included == "whittle/transform.h" || included == "whittle/whittle.h" ||
                     included == "whittle/formats.def")
            << file << " includes " << included;
      }
    }
  }
}

// Which rooms may name which third-party headers. A prefix with no row here may be used nowhere.
TEST(Layers, ThirdPartyHeadersStayInTheirRooms) {
  const std::map<std::string, std::set<std::string>> rooms_of = {
      {"hwy/", {"pixel", "effect", "jpeg", "codec"}},
      {"lcms2", {"color"}},
      {"jpeglib.h", {"codec"}},
      {"jerror.h", {"codec"}},
      {"libexif/", {"codec"}},
      {"png.h", {"codec"}},
      {"libdeflate.h", {"codec"}},
      {"libimagequant.h", {"codec"}},
      {"webp/", {"codec"}},
      {"avif/", {"codec"}},
      {"gif_lib.h", {"codec"}},
      {"jxl/", {"codec"}},
      {"tiffio.h", {"codec"}},
      {"libheif/", {"codec"}},
      {"librsvg/", {"sandbox"}},
      {"cairo.h", {"sandbox"}},
      {"zlib.h", {"codec"}},
      {"fmt/",
       {"base", "pixel", "color", "codec", "transform", "pipeline", "observe", "async", "source",
        "service", "http", "sandbox", "app"}},
      {"xxhash.h", {"base"}},
      {"spdlog/", {"observe"}},
      {"prometheus/", {"observe"}},
      {"boost/asio", {"async", "cache", "source", "service", "http", "app"}},
      {"boost/beast", {"http"}},
      {"CLI/", {"app"}},
      {"toml++/", {"app"}},
      {"nlohmann/", {"source", "app"}},
      {"expat.h", {"source", "codec"}},
      {"mimalloc", {"sandbox", "app"}},
      {"seccomp.h", {"sandbox"}},
      {"curl/", {"source"}},
      {"re2/", {"source"}},
      {"idn2.h", {"source"}},
      {"openssl/", {"source", "http"}},
      {"glib-object.h", {"sandbox"}},
      {"sanitizer/", {"source"}},  // only where one is at work
  };
  const auto allowed = AllowedRooms();
  for (const fs::path& file : SourceFiles(kRoot / "src")) {
    for (const std::string& line : Lines(file)) {
      const std::string included = IncludedFile(line);
      const bool third_party =
          line.find('<') != std::string::npos &&
          (included.find('/') != std::string::npos || included.ends_with(".h")) &&
          !included.starts_with("sys/") && !included.starts_with("linux/") &&
          !included.starts_with("arpa/") && !included.starts_with("netinet/");
      for (const auto& [prefix, rooms] : rooms_of) {
        if (included.starts_with(prefix)) {
          EXPECT_TRUE(rooms.contains(RoomOf(file))) << file << " includes " << included;
        }
      }
      if (third_party && included.find('/') != std::string::npos) {
        EXPECT_TRUE(std::ranges::any_of(
            rooms_of, [&](const auto& row) { return included.starts_with(row.first); }))
            << file << " includes " << included << ", which no row of this test allows";
      }
    }
  }
}

// The loader would run such a choice before a sanitizer's runtime is there: under ThreadSanitizer
// the program died before main.
TEST(Layers, NoFunctionIsChosenByTheLoader) {
  for (const fs::path& file : SourceFiles(kRoot / "src")) {
    for (const std::string& line : Lines(file)) {
      EXPECT_EQ(line.find("__attribute__((target_clones"), std::string::npos) << file;
      EXPECT_EQ(line.find("__attribute__((ifunc"), std::string::npos) << file;
    }
  }
}

TEST(Layers, PublicHeadersNameNoThirdParty) {
  for (const fs::path& file : SourceFiles(kRoot / "include")) {
    for (const std::string& line : Lines(file)) {
      const std::string included = IncludedFile(line);
      if (included.find('/') != std::string::npos) {
        EXPECT_TRUE(included.starts_with("whittle/")) << file << " includes " << included;
      } else {
        EXPECT_FALSE(included.ends_with(".h")) << file << " includes " << included;
      }
    }
  }
}

// The pixel core is a function of bytes: it must not be able to reach a socket, a file, a clock, a
// thread or the environment. base has an owner of descriptors, which is for the rooms that do.
TEST(Layers, TheCoreKnowsNoSocketsFilesClocksOrThreads) {
  const std::set<std::string> forbidden = {
      "chrono", "thread",    "mutex",        "condition_variable", "fstream", "filesystem",
      "future", "semaphore", "latch",        "unistd.h",           "fcntl.h", "ctime",
      "time.h", "iostream",  "sys/socket.h", "sys/stat.h",         "atomic",  "base/descriptor.h"};
  for (const char* room : {"base", "pixel", "color", "effect", "codec", "transform", "pipeline"}) {
    for (const fs::path& file : SourceFiles(kRoot / "src" / room)) {
      if (file == kRoot / "src/base/descriptor.h") continue;
      for (const std::string& line : Lines(file)) {
        const std::string included = IncludedFile(line);
        EXPECT_FALSE(forbidden.contains(included)) << file << " includes " << included;
      }
    }
  }
}

TEST(Layers, NoFileIsOver600Lines) {
  for (const char* below : {"src", "include", "tests", "bench"}) {
    for (const fs::path& file : SourceFiles(kRoot / below)) {
      EXPECT_LE(Lines(file).size(), 600U) << file;
    }
  }
}

// The first screen of a header says what it is: a comment of two lines at least, before any code.
TEST(Layers, EveryHeaderIntroducesItself) {
  for (const char* below : {"src", "include"}) {
    for (const fs::path& file : SourceFiles(kRoot / below)) {
      if (file.extension() != ".h") continue;
      const auto lines = Lines(file);
      ASSERT_GE(lines.size(), 3U) << file;
      EXPECT_TRUE(lines[0].starts_with("// ")) << file << " opens without saying what it is";
    }
  }
}

}  // namespace
}  // namespace whittle
