// Resizers that follow a leader against the same that have all of the source themselves.
#include "pixel/pair_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <list>
#include <random>
#include <vector>

#include "tests/pixel/reference.h"

namespace whittle::pixel::test {
namespace {

using whittle::test::Blank;
using whittle::test::Photo;

constexpr int kMost = 16;  // rows at once

// Several of one source and halvings: from windows of a few rows to such as are summed piece by
// piece, of the whole picture and of a part.
struct Family {
  int halvings;
  std::vector<Geometry> members;
};
std::vector<Family> Families(int width, int height) {
  const auto whole = [&](double scale) {
    return Geometry::Whole(width, height, std::max(1, static_cast<int>(width / scale)),
                           std::max(1, static_cast<int>(height / scale)));
  };
  Geometry part = whole(2);
  part.top = height / 3.0;
  part.bottom = height / 3.0 + 2 * part.dst_height / 2.0;
  part.dst_height = std::max(1, part.dst_height / 2);
  return {{0, {whole(1), whole(1.4), whole(2.2), whole(3.4), whole(0.5), part}},
          {1, {whole(4.5), whole(5.5), whole(7)}},
          {2, {whole(17), whole(20)}}};
}

template <class Each>
void ForAll(const Each& each) {
  std::mt19937 random(7);
  for (const auto& [width, height] : {std::pair{203, 301}, {200, 160}, {40, 33}, {64, 1}}) {
    for (const Family& family : Families(width, height)) {
      for (const int largest : {1, 5, kMost}) {
        SCOPED_TRACE(testing::Message() << width << "x" << height << " halved " << family.halvings
                                        << " times, " << largest << " rows at most");
        each(family, [&] {
          return largest == kMost ? kMost
                                  : 1 + static_cast<int>(random() % static_cast<unsigned>(largest));
        });
      }
    }
  }
}

TEST(PairLeader, FollowersGiveWhatTheyGiveAlone) {
  int seen = 0;
  ForAll([&seen](const Family& family, const auto& batch) {
    const int width = family.members.front().src_width, height = family.members.front().src_height;
    const Picture source = Photo(width, height, 1);
    const auto spec = [](const Geometry& g) { return ResizeSpec{g, PixelFormat::kGrey8}; };
    PairLeader<CodePairs> leader;
    struct Follower {
      Resizer resizer;
      Picture result;
      int rows = 0;
    };
    std::list<Follower> followers;
    const PairShape shape = Resizer::PairsOf(spec(family.members.back()));
    leader.Configure(shape, kMost);
    for (const Geometry& g : family.members) {
      if (Resizer::PairsOf(spec(g)) != shape) continue;
      Follower& follower = followers.emplace_back();
      ASSERT_TRUE(follower.resizer.Configure(spec(g), &leader.ring()));
      EXPECT_TRUE(follower.resizer.follows());
      follower.result = Blank(g.dst_width, g.dst_height, 1);
    }
    seen += static_cast<int>(followers.size());
    for (int y = 0; y < height;) {
      const int count = std::min(batch(), height - y);
      leader.Push({&source.samples[static_cast<std::size_t>(y * width)],
                   static_cast<std::size_t>(width), width, count, PixelFormat::kGrey8});
      y += count;
      for (Follower& each : followers) {
        bool has_all = false;  // and is not asked again then
        while (true) {
          has_all = has_all || each.resizer.Follow();
          Picture& to = each.result;
          const std::size_t at = static_cast<std::size_t>(each.rows * to.width);
          const int pulled =
              each.resizer.Pull({to.samples.data() + at, static_cast<std::size_t>(to.width),
                                 to.width, to.height - each.rows, PixelFormat::kGrey8});
          each.rows += pulled;
          if (has_all && pulled == 0) break;
          ASSERT_TRUE(has_all || pulled > 0) << "stuck";
        }
      }
    }
    auto follower = followers.begin();
    for (const Geometry& g : family.members) {
      if (Resizer::PairsOf(spec(g)) != shape) continue;
      EXPECT_EQ(follower->rows, g.dst_height);
      Resizer alone;
      EXPECT_EQ(follower->result.samples, RunResizer(alone, source, spec(g)).samples)
          << g.dst_width << "x" << g.dst_height;
      ++follower;
    }
  });
  EXPECT_GT(seen, 80);
}

TEST(PairLeader, FollowersOfChromaGiveWhatTheyGiveAlone) {
  int seen = 0;
  ForAll([&seen](const Family& family, const auto& batch) {
    const int width = family.members.front().src_width, height = family.members.front().src_height;
    const Picture source = Photo(width, height, 3);
    std::array<Picture, 3> planes;
    for (std::size_t p = 0; p < 3; ++p) {
      planes[p] = Blank(width, height, 1);
      for (std::size_t i = 0; i < planes[p].samples.size(); ++i) {
        planes[p].samples[i] = source.samples[3 * i + p];
      }
    }
    PairLeader<ChromaPairs> leader;
    struct Follower {
      ChromaResizer resizer;
      Picture cb, cr;
      int rows = 0;
    };
    std::list<Follower> followers;
    const PairShape shape = ChromaResizer::PairsOf(family.members.back());
    leader.Configure(shape, kMost);
    for (const Geometry& g : family.members) {
      if (ChromaResizer::PairsOf(g) != shape) continue;
      Follower& follower = followers.emplace_back();
      ASSERT_TRUE(follower.resizer.Configure(g, CodeRange::kFull, &leader.ring()));
      EXPECT_TRUE(follower.resizer.follows());
      follower.cb = follower.cr = Blank(g.dst_width, g.dst_height, 1);
    }
    seen += static_cast<int>(followers.size());
    for (int y = 0; y < height;) {
      const int count = std::min(batch(), height - y);
      const auto rows = [&](std::size_t p) {
        return ConstRowSpan{&planes[p].samples[static_cast<std::size_t>(y * width)],
                            static_cast<std::size_t>(width), width, count, PixelFormat::kGrey8};
      };
      leader.Push({.cb = rows(1), .cr = rows(2), .luma = rows(0)});
      y += count;
      for (Follower& each : followers) {
        bool has_all = false;  // and is not asked again then
        while (true) {
          has_all = has_all || each.resizer.Follow();
          const auto room = [&](Picture& to) {
            return RowSpan{&to.samples[static_cast<std::size_t>(each.rows * to.width)],
                           static_cast<std::size_t>(to.width), to.width, to.height - each.rows,
                           PixelFormat::kGrey8};
          };
          if (each.rows == each.cb.height) {
            if (has_all) break;
            ASSERT_TRUE(each.resizer.Follow()) << "stuck";
            break;
          }
          const int pulled = each.resizer.Pull(room(each.cb), room(each.cr));
          each.rows += pulled;
          if (has_all && pulled == 0) break;
          ASSERT_TRUE(has_all || pulled > 0) << "stuck";
        }
      }
    }
    auto follower = followers.begin();
    for (const Geometry& g : family.members) {
      if (ChromaResizer::PairsOf(g) != shape) continue;
      EXPECT_EQ(follower->rows, g.dst_height);
      const Picture alone = RunChromaResizer(source, g);
      for (std::size_t i = 0; i < follower->cb.samples.size(); ++i) {
        ASSERT_EQ(follower->cb.samples[i], alone.samples[2 * i]) << i;
        ASSERT_EQ(follower->cr.samples[i], alone.samples[2 * i + 1]) << i;
      }
      ++follower;
    }
  });
  EXPECT_GT(seen, 60);
}

TEST(PairLeader, HoldsWhatItSaid) {
  for (const Geometry& g :
       {Geometry::Whole(2000, 1333, 1500, 1000), Geometry::Whole(6000, 4000, 800, 533),
        Geometry::Whole(6001, 4001, 100, 66)}) {
    const PairShape luma = Resizer::PairsOf({g, PixelFormat::kGrey8});
    PairLeader<CodePairs> of_luma;
    of_luma.Configure(luma, kMost);
    const std::size_t needed = PairLeader<CodePairs>::BytesNeeded(luma, kMost);
    EXPECT_LE(of_luma.bytes(), needed);
    EXPECT_GE(of_luma.bytes(), needed / 10 * 9);
    const PairShape chroma = ChromaResizer::PairsOf(g);
    PairLeader<ChromaPairs> of_chroma;
    of_chroma.Configure(chroma, kMost);
    EXPECT_LE(of_chroma.bytes(), PairLeader<ChromaPairs>::BytesNeeded(chroma, kMost));
    EXPECT_GE(of_chroma.bytes(), PairLeader<ChromaPairs>::BytesNeeded(chroma, kMost) / 10 * 9);
  }
}

// Resizers take up what they had as leaders' followers, and the other way round.
TEST(PairLeader, AFollowerCanGoAloneAfterwards) {
  const Geometry g = Geometry::Whole(200, 160, 90, 72);
  const ResizeSpec spec{g, PixelFormat::kGrey8};
  Resizer resizer;
  {
    PairLeader<CodePairs> leader;
    leader.Configure(Resizer::PairsOf(spec), kMost);
    ASSERT_TRUE(resizer.Configure(spec, &leader.ring()));
  }
  const Picture source = Photo(200, 160, 1);
  const Picture result = RunResizer(resizer, source, spec);
  EXPECT_FALSE(resizer.follows());
  Resizer fresh;
  EXPECT_EQ(result.samples, RunResizer(fresh, source, spec).samples);
}

}  // namespace
}  // namespace whittle::pixel::test
