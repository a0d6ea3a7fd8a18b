// HEIF by the real program's processes: the same pictures, and what becomes of a job when its
// process dies or lies.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "codec/opener.h"
#include "codec/registry.h"
#include "pipeline/metadata.h"
#include "sandbox/picture_processes.h"
#include "tests/codec/heif_files.h"
#include "tests/codec/heif_grids.h"
#include "tests/support/corpus.h"
#include "tests/support/processes.h"
#include "whittle/whittle.h"

namespace whittle::test {
namespace {

const codec::Codec& Heif() { return *codec::ByName("heif"); }

/// HEIF is decoded by processes while this lives.
class HeifElsewhere {
 public:
  explicit HeifElsewhere(std::chrono::milliseconds time = std::chrono::minutes(1))
      : processes_({.program = WHITTLE_PROGRAM, .time = time}) {
    codec::UseHeifOpener(&processes_);
  }
  ~HeifElsewhere() { codec::UseHeifOpener(nullptr); }
  HeifElsewhere(const HeifElsewhere&) = delete;
  HeifElsewhere& operator=(const HeifElsewhere&) = delete;
  const sandbox::PictureProcesses& processes() const { return processes_; }

 private:
  sandbox::PictureProcesses processes_;
};

// 5 by 40 cells of 64x64, in the last of which 10 columns and 20 rows are not shown.
Bytes Made(const codec::MadeHeif& file) { return Bytes::CopyOf(AsBytes(file.Make())); }
Bytes Grid() { return Made(codec::MadeGrid(5, 40, 310, 2540)); }

std::string KindOf(const Error& error) { return std::string(Name(error.kind)); }

// Everything that a codec says of a file, in one text.
std::string AllOf(ByteView file, const Limits& limits = {}) {
  const auto header = Heif().probe(file, limits);
  if (!header) return KindOf(header.error());
  std::string text = std::to_string(header->info.width) + "x" + std::to_string(header->info.height);
  for (const int value :
       {header->info.orientation, header->info.channels, int{header->info.alpha}, header->info.bits,
        static_cast<int>(header->info.icc_bytes), static_cast<int>(header->format),
        header->colour.cicp ? header->colour.cicp->primaries : -1,
        header->colour.cicp ? header->colour.cicp->transfer : -1}) {
    text += " " + std::to_string(value);
  }
  text.append(header->icc.view().begin(), header->icc.view().end());
  const codec::Metadata metadata =
      header->opened != nullptr ? header->opened->FindMetadata({}) : Heif().metadata(file, limits);
  text.append(metadata.exif.view().begin(), metadata.exif.view().end()) += "|";
  text.append(metadata.xmp.view().begin(), metadata.xmp.view().end()) += "|";
  auto rows = header->opened != nullptr ? header->opened->Rows({}) : Heif().open(file, limits, {});
  if (!rows) return text + KindOf(rows.error());
  const auto stride = static_cast<std::size_t>((*rows)->width() * PixelBytes((*rows)->format()));
  std::vector<std::uint8_t> samples(stride * 7);
  const pixel::RowSpan batch = {samples.data(), stride, (*rows)->width(), 7, (*rows)->format()};
  while (true) {
    const auto count = (*rows)->Read(batch);
    if (!count) return text + KindOf(count.error());
    if (*count == 0) break;
    for (int y = 0; y < *count; ++y) text.append(batch.row(y), batch.row(y) + batch.row_bytes());
  }
  return text + ((*rows)->truncated() ? "truncated" : "whole");
}

TEST(HeifProcesses, GiveTheSamePictures) {
  std::vector<Bytes> files;
  files.push_back(codec::MadeHeic(9, 16));
  files.push_back(Grid());
  files.push_back(Made(codec::MadeGrid(2, 2, 100, 128, /*wide=*/true)));
  for (const std::size_t left : {files[1].size() - 1, files[1].size() / 2, std::size_t{100}}) {
    files.push_back(Bytes::CopyOf(files[1].view().first(left)));
  }
  if (const auto corpus = CorpusDir()) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(*corpus)) {
      const std::string extension = entry.path().extension();
      if (extension == ".heic" || extension == ".heif") files.push_back(ReadFile(entry.path()));
    }
    EXPECT_GT(files.size(), 20U);
  }
  for (const Bytes& file : files) {
    const std::string here = AllOf(file.view());
    const HeifElsewhere elsewhere;
    EXPECT_TRUE(AllOf(file.view()) == here) << file.size() << ": " << here.substr(0, 80);
  }
}

TEST(HeifProcesses, TakeOneProcessForAJob) {
  const HeifElsewhere elsewhere;
  const Bytes file = Grid();
  const auto result =
      Process(file.view(), *Transform::Make({.width = 100, .keep = Keep::kAll}), {});
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->width, 100U);
  EXPECT_EQ(result->height, 819U);
  const auto header = Heif().probe(file.view(), {});
  ASSERT_TRUE(header && header->opened);
  const auto rows = header->opened->Rows({});
  ASSERT_TRUE(rows);
  EXPECT_EQ(ChildrenOf(ForkServerOf(getpid()), 1).size(), 1U);
}

TEST(HeifProcesses, AreHeldToTheLimits) {
  const HeifElsewhere elsewhere;
  const Bytes file = Grid();
  const auto kind = [&](const Limits& limits) {
    const auto header = Heif().probe(file.view(), limits);
    return header ? std::string("ok") : KindOf(header.error());
  };
  EXPECT_EQ(kind({.max_source_bytes = file.size()}), "ok");
  EXPECT_EQ(kind({.max_source_bytes = file.size() - 1}), "TooLarge");
  EXPECT_EQ(kind({.max_source_pixels = 310 * 2540}), "ok");
  EXPECT_EQ(kind({.max_source_pixels = 310 * 2540 - 1}), "TooLarge");
  EXPECT_EQ(kind({.max_working_bytes = 1 << 20}), "TooLarge");
  const auto nothing = Heif().probe({}, {});
  EXPECT_FALSE(nothing);
}

// Rows that were there before may still come; then the picture is over, and the next is served.
std::string AfterSignal(int signal) {
  const HeifElsewhere elsewhere;
  const Bytes file = Grid();
  const auto header = Heif().probe(file.view(), {});
  if (!header) return KindOf(header.error());
  const auto rows = header->opened->Rows({});
  std::vector<std::uint8_t> samples(310 * 3);
  const pixel::RowSpan row = {samples.data(), samples.size(), 310, 1, pixel::PixelFormat::kRgb8};
  EXPECT_TRUE((*rows)->Read(row));
  for (const pid_t worker : ChildrenOf(ForkServerOf(getpid()), 1)) kill(worker, signal);
  std::string outcome = "ok";
  for (int y = 1; y < 2540; ++y) {
    const auto count = (*rows)->Read(row);
    if (count && *count == 1) continue;
    outcome = count ? "end" : KindOf(count.error());
    EXPECT_FALSE((*rows)->Read(row)) << "and it stays so";
    break;
  }
  EXPECT_TRUE(Heif().probe(file.view(), {}));
  return outcome;
}

TEST(HeifProcesses, ThatCrashCostTheirPictureAlone) {
  EXPECT_EQ(AfterSignal(SIGSEGV), "Internal");
  EXPECT_EQ(AfterSignal(SIGABRT), "Internal");
  EXPECT_EQ(AfterSignal(SIGKILL), "Overloaded");
}

// A stopped process answers nothing and hears no alarm; only a hang misses the bound.
TEST(HeifProcesses, AreKilledWhenAJobIsStopped) {
  const HeifElsewhere elsewhere(std::chrono::minutes(10));
  const Bytes file = Grid();
  const auto header = Heif().probe(file.view(), {});
  ASSERT_TRUE(header);
  std::stop_source stop;
  const auto rows = header->opened->Rows(stop.get_token());
  const pid_t worker = ChildrenOf(ForkServerOf(getpid()), 1).at(0);
  kill(worker, SIGSTOP);
  std::vector<std::uint8_t> samples(310 * 3);
  const std::jthread asks([&stop] { stop.request_stop(); });
  const auto count =
      (*rows)->Read({samples.data(), samples.size(), 310, 1, pixel::PixelFormat::kRgb8});
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().kind, ErrorKind::kCancelled);
  EXPECT_TRUE(Ends(worker));
}

// It was waited for until its time was up: minutes, after a client had gone.
TEST(HeifProcesses, AreKilledWhenAJobIsStoppedThatWantsMetadata) {
  const HeifElsewhere elsewhere(std::chrono::minutes(10));
  const Bytes file = Grid();
  const auto header = Heif().probe(file.view(), {});
  ASSERT_TRUE(header);
  const pid_t worker = ChildrenOf(ForkServerOf(getpid()), 1).at(0);
  kill(worker, SIGSTOP);
  std::stop_source stop;
  const std::jthread asks([&stop] { stop.request_stop(); });
  const codec::Metadata found = pipeline::KeptMetadata(Heif(), file.view(), *header, Keep::kAll,
                                                       {310, 2540}, {}, stop.get_token());
  EXPECT_TRUE(found.exif.empty());
  EXPECT_TRUE(Ends(worker));
}

TEST(HeifProcesses, MayTakeSoLongAndNoLonger) {
  const HeifElsewhere elsewhere(std::chrono::milliseconds(500));
  const Bytes file = Grid();
  const auto header = Heif().probe(file.view(), {});
  ASSERT_TRUE(header);
  const pid_t worker = ChildrenOf(ForkServerOf(getpid()), 1).at(0);
  kill(worker, SIGSTOP);
  const auto rows = header->opened->Rows({});
  std::vector<std::uint8_t> samples(310 * 3);
  const auto count =
      (*rows)->Read({samples.data(), samples.size(), 310, 1, pixel::PixelFormat::kRgb8});
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().kind, ErrorKind::kTooSlow);
  EXPECT_TRUE(Ends(worker));
}

TEST(HeifProcesses, AreGoneWithTheirServer) {
  pid_t fork_server = 0;
  {
    const HeifElsewhere elsewhere;
    EXPECT_TRUE(Heif().probe(codec::MadeHeic(1, 13).view(), {}));
    fork_server = ForkServerOf(getpid());
    EXPECT_GT(fork_server, 1);
  }
  EXPECT_TRUE(Ends(fork_server));
  EXPECT_TRUE(ChildrenOf(getpid()).empty());
}

TEST(Heif, IsNobodysWhenItIsOff) {
  const Bytes file = codec::MadeHeic(1, 13);
  EXPECT_EQ(codec::Sniff(file.view()), &Heif());
  codec::UseHeif(false);
  EXPECT_EQ(codec::Sniff(file.view()), nullptr);
  codec::UseHeif(true);
}

}  // namespace
}  // namespace whittle::test
