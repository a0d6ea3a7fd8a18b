// The service with a tier of one's own below its memory: what one process has made, the next sends.
#include "service/service.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/hash.h"
#include "tests/support/coroutines.h"
#include "tests/support/corpus.h"
#include "tests/support/pictures.h"
#include "tests/support/sources.h"

namespace whittle::service {
namespace {
namespace fs = std::filesystem;

class OnePicture final : public source::Source {
 public:
  async::Awaitable<Expected<source::Found>> Fetch(SourceRef, source::Validator known,
                                                  source::Wait) override {
    ++asked;
    if (known.text == "1") co_return source::Found{source::NotModified()};
    co_return source::Found{
        source::Fetched{source::Block::CopyOf(file_.view()), HashOf(file_.view()), 1000, {"1"}}};
  }
  int asked = 0;

 private:
  const Bytes file_ = EncodeJpeg(test::Photo(400, 300));
};

// A process with its own memory and tiers, over a directory that outlives it.
class Process {
 public:
  Process(const fs::path& directory, source::Source& source) : sources_(test::OnlySource(source)) {
    std::vector<std::unique_ptr<cache::Tier>> tiers;
    tiers.push_back(
        *cache::MakeTier({.location = directory, .files = &files_, .memory = &memory_}));
    tiers_ =
        std::make_unique<cache::Tiers>(loop_.context(), std::move(tiers), cache::Tiers::Options());
    const Service::Options options = {.cache_bytes = 1 << 20,
                                      .cache_fresh = std::chrono::hours(1),
                                      .below = {.tiers = tiers_.get()}};
    service_ = std::make_unique<Service>(options, loop_.context(), workers_, memory_, sources_,
                                         metrics_, log_);
  }
  ~Process() {
    while (!service_->Drained()) std::this_thread::yield();
    loop_.Join();
  }
  Expected<Answer> Get() {
    return loop_.Run(service_->Answer(
        {.image = {*Transform::Make({.width = 100, .height = 100}), {.path = "a.jpg"}}}));
  }
  cache::TierCounts Counts() {
    while (!service_->Drained()) std::this_thread::yield();
    return tiers_->stats()[0].counts;
  }

 private:
  std::ostringstream log_text_;
  async::BlockingPool files_{{.threads = 2}};
  async::Budget memory_{512 << 20};
  async::WorkQueue workers_{{.workers = 1}, memory_};
  source::Sources sources_;
  observe::Metrics metrics_{"test", "test"};
  observe::Log log_{{.out = &log_text_}};
  test::Loop loop_;
  std::unique_ptr<cache::Tiers> tiers_;
  std::unique_ptr<Service> service_;
};

TEST(ATierOfOnesOwn, KeepsWhatTheNextProcessSends) {
  const test::TempDir dir;
  OnePicture source;
  std::string bytes;
  std::string etag;
  {
    Process first(dir.path(), source);
    const auto made = first.Get();
    ASSERT_TRUE(made);
    EXPECT_FALSE(made->kept);
    bytes = AsText(made->rendition->bytes());
    etag = made->identity.etag;
    EXPECT_EQ(first.Counts().puts, 1U);
  }
  {
    Process second(dir.path(), source);
    const auto sent = second.Get();
    ASSERT_TRUE(sent && sent->rendition);
    EXPECT_TRUE(sent->kept);
    EXPECT_EQ(AsText(sent->rendition->bytes()), bytes);
    EXPECT_EQ(sent->identity.etag, etag);
    EXPECT_EQ(second.Counts().hits, 1U);
  }
  EXPECT_EQ(source.asked, 1) << "fresh by the clock on the wall";
}

TEST(ATierOfOnesOwn, NeverGivesWrongBytes) {
  const test::TempDir dir;
  OnePicture source;
  std::string bytes;
  for (int run = 0; run < 3; ++run) {
    Process process(dir.path(), source);
    const auto answer = process.Get();
    ASSERT_TRUE(answer && answer->rendition);
    if (run == 0) bytes = AsText(answer->rendition->bytes());
    EXPECT_EQ(AsText(answer->rendition->bytes()), bytes);
    EXPECT_EQ(process.Counts().poisoned, run == 0 ? 0U : 1U);
    EXPECT_EQ(process.Counts().puts, 1U) << "a sound one takes its place";
    for (const auto& file : fs::directory_iterator(dir.path())) {
      std::fstream edit(file.path(), std::ios::in | std::ios::out | std::ios::binary);
      edit.seekp(run == 0 ? -1 : 100, run == 0 ? std::ios::end : std::ios::beg);
      edit.put('\x55');
    }
  }
}

}  // namespace
}  // namespace whittle::service
