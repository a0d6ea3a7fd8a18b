// A worker that has been taken over: the server believes nothing that does not fit.
//
// This program is also the fork server of these tests: started with that command, it lies as the
// name of the codec says.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "codec/codec.h"
#include "sandbox/fork_server.h"
#include "sandbox/picture_messages.h"
#include "sandbox/picture_processes.h"

namespace whittle::sandbox {
namespace {

constexpr int kSide = 500;  // all rows fit the window, with room for more
constexpr std::uint32_t kMostText = 1000;

PictureOpened Honest() {
  return {.width = kSide,
          .height = kSide,
          .format = static_cast<std::uint8_t>(pixel::PixelFormat::kRgb8)};
}

const std::map<std::string, PictureOpened>& Headers() {
  static const std::map<std::string, PictureOpened> kHeaders = [] {
    std::map<std::string, PictureOpened> headers;
    const auto add = [&headers](const std::string& name, const auto& change) {
      PictureOpened header = Honest();
      change(header);
      headers.emplace(name, header);
    };
    add("no width", [](PictureOpened& h) { h.width = 0; });
    add("no height", [](PictureOpened& h) { h.height = 0; });
    add("wide", [](PictureOpened& h) { h.width = 65536, h.height = 1; });
    add("high", [](PictureOpened& h) { h.width = 1, h.height = 65536; });
    add("pixels", [](PictureOpened& h) { h.width = h.height = 1001; });
    add("turn 0", [](PictureOpened& h) { h.orientation = 0; });
    add("turn 9", [](PictureOpened& h) { h.orientation = 9; });
    add("format", [](PictureOpened& h) { h.format = 77; });
    add("grey",
        [](PictureOpened& h) { h.format = static_cast<std::uint8_t>(pixel::PixelFormat::kGrey8); });
    add("icc", [](PictureOpened& h) { h.icc_bytes = kMostText + 1; });
    add("memory", [](PictureOpened& h) { h.decode_bytes = (64U << 20) + 1; });
    add("kind", [](PictureOpened& h) { h.outcome.kind = 1000; });
    add("cancelled", [](PictureOpened& h) {
      h.outcome.kind = static_cast<std::uint32_t>(ErrorKind::kCancelled) + 1;
    });
    return headers;
  }();
  return kHeaders;
}

RowsRead Rows(const std::string& name) {
  if (name == "rows many") return {.rows = kSide + 1};
  if (name == "rows below 0") return {.rows = -1};
  if (name == "rows none") return {.rows = 0};
  if (name == "rows past end") return {.rows = 400};  // the second time
  return {.rows = kSide};
}

MetadataFound Texts(const std::string& name) {
  if (name == "exif") return {.exif_bytes = kMostText + 1};
  if (name == "xmp") return {.xmp_bytes = ~0U};
  return {.exif_bytes = kMostText, .xmp_bytes = kMostText};
}

bool Lie(const Descriptor& server, const Confinement&) {
  OpenPicture wanted;
  GiveWindow given;
  Descriptor file;
  if (!ReceiveMessage(server, wanted, file) || !ReceiveMessage(server, given, file)) return false;
  const std::string name = wanted.codec;
  const auto header = Headers().find(name);
  PictureOpened opened = header != Headers().end() ? header->second : Honest();
  if (name == "text") {
    opened.outcome.kind = static_cast<std::uint32_t>(ErrorKind::kUndecodable) + 1;
    std::memset(opened.outcome.detail, '\n', sizeof opened.outcome.detail);
  }
  AskMore ask;
  if (name == "silent") return ReceiveMessage(server, ask, file);  // which nobody sends
  SendMessage(server, opened);
  while (ReceiveMessage(server, ask, file)) {
    if (ask.more == More::kRows) SendMessage(server, Rows(name));
    if (ask.more == More::kMetadata) SendMessage(server, Texts(name));
  }
  return true;
}

std::optional<Work> PrepareToLie() { return Work{.run = Lie}; }

// Before main, which is GoogleTest's.
const bool kIsForkServer = [] {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string line((std::istreambuf_iterator<char>(file)), {});
  const bool is = line.starts_with(std::string("whittle\0", 8) + kForkServerCommand);
  if (is) _exit(RunForkServer(PrepareToLie));
  return is;
}();

constexpr Limits kLimits = {
    .max_source_pixels = 1'000'000, .max_working_bytes = 64ULL << 20, .max_icc_bytes = kMostText};

class LyingWorker : public testing::Test {
 protected:
  Expected<codec::Header> Open(const std::string& lie, const std::stop_token& stop = {}) {
    name_ = lie;
    const codec::Codec codec = {.name = name_};
    return processes_.Open(codec, AsBytes("a file"), kLimits, stop);
  }
  std::string name_;
  PictureProcesses processes_{{.time = std::chrono::minutes(1)}};
};

TEST_F(LyingWorker, IsNotBelievedAHeaderThatDoesNotFit) {
  for (const auto& [name, header] : Headers()) {
    const auto opened = Open(name);
    ASSERT_FALSE(opened) << name;
    EXPECT_EQ(opened.error().kind, ErrorKind::kInternal) << name;
  }
  EXPECT_TRUE(Open("honest"));
}

TEST_F(LyingWorker, IsNotBelievedRowsThatAreNotThere) {
  for (const std::string lie :
       {"rows many", "rows below 0", "rows none", "rows past end", "honest"}) {
    const auto opened = Open(lie);
    ASSERT_TRUE(opened) << lie;
    const auto rows = opened->opened->Rows({});
    ASSERT_TRUE(rows);
    std::vector<std::uint8_t> samples(std::size_t{kSide} * kSide * 3);
    const pixel::RowSpan all = {samples.data(), kSide * 3, kSide, kSide, pixel::PixelFormat::kRgb8};
    auto count = (*rows)->Read(all);
    if (lie == "rows past end") {
      ASSERT_TRUE(count);
      EXPECT_EQ(*count, 400);
      count = (*rows)->Read(all.Slice(400, 100));
    }
    EXPECT_EQ(count.has_value(), lie == "honest") << lie;
    if (!count) EXPECT_EQ(count.error().kind, ErrorKind::kInternal) << lie;
  }
}

// Whoever waits for a header may go, long before the worker's minute is over.
TEST_F(LyingWorker, ThatSaysNothingIsNotWaitedForOnceItIsToStop) {
  std::stop_source stop;
  const std::jthread asks([&stop] { stop.request_stop(); });
  const auto opened = Open("silent", stop.get_token());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(Open("honest", stop.get_token()).error().kind, ErrorKind::kCancelled);
  EXPECT_TRUE(Open("honest"));
}

TEST_F(LyingWorker, GivesNoMoreTextThanIsAllowed) {
  for (const std::string lie : {"exif", "xmp", "honest"}) {
    const auto opened = Open(lie);
    ASSERT_TRUE(opened);
    const codec::Metadata found = opened->opened->FindMetadata({});
    EXPECT_EQ(found.exif.size(), lie == "honest" ? kMostText : 0) << lie;
    EXPECT_EQ(found.xmp.size(), lie == "honest" ? kMostText : 0) << lie;
  }
}

TEST_F(LyingWorker, CannotWriteTheLog) {
  const auto opened = Open("text");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kUndecodable);
  EXPECT_EQ(opened.error().detail, std::string(sizeof Outcome::detail, '?'));
}

}  // namespace
}  // namespace whittle::sandbox
