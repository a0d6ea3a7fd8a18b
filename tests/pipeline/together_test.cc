// Results made together against the same made one by one, which is the plain and slow way: equal to
// the byte, whatever becomes of the others.
#include "pipeline/together.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/pipeline/heap_meter.h"
#include "tests/pipeline/jobs.h"
#include "tests/support/pictures.h"

namespace whittle::pipeline {
namespace {

using pixel::PixelFormat;

constexpr std::uint32_t kWidth = 200, kHeight = 150;

std::string Said(const Expected<Encoded>& result) {
  if (!result) return std::string("error ") + std::to_string(static_cast<int>(result.error().kind));
  return result->mime + (result->truncated ? " truncated " : " ") + std::to_string(result->width) +
         "x" + std::to_string(result->height) + " " + std::string(AsText(result->bytes.view()));
}

// Several results of one file, each planned by itself.
class Set {
 public:
  Set(ByteView file, const std::vector<Params>& wanted, const Limits& limits = {})
      : file_(file), limits_(limits) {
    for (const Params& params : wanted) {
      Each& each = each_.emplace_back(MadeTransform(params));
      auto prepared = Prepare(file, each.transform, limits_);
      if (!prepared) throw std::runtime_error(prepared.error().detail);
      each.prepared.emplace(*std::move(prepared));
    }
  }

  std::size_t size() const { return each_.size(); }
  Prepared& prepared(std::size_t i) { return *At(i).prepared; }
  std::stop_source& stop(std::size_t i) { return At(i).stop; }
  void Watch(std::size_t i, PhaseObserver& observer) { At(i).observer = &observer; }
  // As a group must be.
  bool AreKin() {
    return std::ranges::all_of(each_, [&](const Each& each) {
      return DecodeOf(*each.prepared) != 0 &&
             DecodeOf(*each.prepared) == DecodeOf(*each_.front().prepared);
    });
  }

  Expected<Encoded> Alone(std::size_t i) {
    Workspace workspace;
    return Run(workspace, file_, At(i).transform, limits_, {}, nullptr);
  }
  // In the order of their ends.
  std::vector<std::size_t> RunAll(std::map<std::size_t, Expected<Encoded>>& results) {
    std::vector<Member> members;
    for (Each& each : each_) {
      members.push_back({&each.workspace, &*each.prepared, each.stop.get_token(), each.observer});
    }
    std::vector<std::size_t> order;
    RunTogether(members, [&](std::size_t i, Expected<Encoded> result) {
      order.push_back(i);
      EXPECT_TRUE(results.emplace(i, std::move(result)).second) << "ended twice: " << i;
      // What comes afterwards may use nothing of it, but of the first.
      if (i > 0) At(i).prepared.reset();
    });
    EXPECT_EQ(results.size(), each_.size());
    return order;
  }
  std::vector<std::string> Together() {
    std::map<std::size_t, Expected<Encoded>> results;
    RunAll(results);
    std::vector<std::string> said;
    for (const auto& [i, result] : results) said.push_back(Said(result));
    return said;
  }
  std::vector<std::string> OneByOne() {
    std::vector<std::string> said;
    for (std::size_t i = 0; i < size(); ++i) said.push_back(Said(Alone(i)));
    return said;
  }

 private:
  struct Each {
    explicit Each(Transform made) : transform(std::move(made)) {}
    const Transform transform;
    std::optional<Prepared> prepared;
    Workspace workspace;
    std::stop_source stop;
    PhaseObserver* observer = nullptr;
  };
  Each& At(std::size_t i) { return *std::next(each_.begin(), static_cast<std::ptrdiff_t>(i)); }

  const ByteView file_;
  const Limits limits_;
  std::list<Each> each_;
};

std::vector<Params> Widths(const std::vector<std::uint32_t>& widths) {
  std::vector<Params> wanted;
  for (const std::uint32_t width : widths) wanted.push_back({.width = width});
  return wanted;
}

// Whatever can be asked for, so that it meets in all orders.
std::vector<Params> Wanted() {
  return {
      {.width = kWidth},  // hands the decoder's rows on
      {.width = 16},
      {.width = 50},
      {.width = 64, .profile = Profile::kSrgb},
      {.width = kWidth, .profile = Profile::kSrgb},  // and changes them
      {.width = 100},
      {.width = 99, .rotate = 90},
      {.width = 120, .flop = true},
      {.width = 80, .height = 80, .fit = Fit::kCover},
      {.width = 80, .height = 80, .fit = Fit::kCover, .position = Position::kEntropy},
      {.width = 60, .crop = Rectangle{30, 20, 90, 101}},
      {.width = 70, .kernel = Kernel::kNearest},
      {.width = 400, .enlarge = true},
      {.width = 64, .pad = {.top = 3, .right = 5, .bottom = 7, .left = 1}},
      {.width = 100, .blur = 2},
      {.width = 90, .greyscale = true},
      {.width = 100, .format = Format::kPng},
      {.width = 100, .format = Format::kJpeg},
      {.width = 101, .format = Format::kWebp},
      {.width = 77, .format = Format::kJpeg, .quality = 95},
      {.width = 77, .format = Format::kJpeg, .auto_quality = true},
      {.width = 90, .format = Format::kJpeg, .max_bytes = 900},
      {.width = 64, .format = Format::kPng, .colours = 16},
      {.width = kWidth, .format = Format::kRaw},
  };
}

struct File {
  const char* name;
  std::function<Bytes()> made;
};

Bytes Jpeg(test::JpegOptions options) {
  return test::EncodeJpeg(test::Photo(kWidth, kHeight), options);
}

std::vector<File> Files() {
  std::vector<File> files = {
      {"4:2:0", [] { return Jpeg({.h_sampling = 2, .v_sampling = 2}); }},
      {"4:4:4", [] { return Jpeg({}); }},
      {"4:2:2", [] { return Jpeg({.h_sampling = 2}); }},
      {"two chroma grids", [] { return Jpeg({.h_sampling = 2, .cb_h_sampling = 2}); }},
      {"progressive", [] { return Jpeg({.h_sampling = 2, .v_sampling = 2, .progressive = true}); }},
      {"turned", [] { return Jpeg({.h_sampling = 2, .v_sampling = 2, .orientation = 6}); }},
      {"mirrored", [] { return Jpeg({.h_sampling = 2, .v_sampling = 2, .orientation = 4}); }},
      {"with restarts",
       [] { return Jpeg({.h_sampling = 2, .v_sampling = 2, .restart_interval = 3}); }},
      {"grey", [] { return MadeFile("jpeg", kWidth, kHeight, PixelFormat::kGrey8); }},
      {"png", [] { return MadeFile("png", kWidth, kHeight); }},
      {"png with alpha", [] { return MadeFile("png", kWidth, kHeight, PixelFormat::kRgba8); }},
      {"png of 16 bits", [] { return MadeFile("png", kWidth, kHeight, PixelFormat::kRgb16); }},
      {"png in code points",
       [] {
         return MadeFile("png", kWidth, kHeight, PixelFormat::kRgb8,
                         {.cicp = pixel::Cicp{.primaries = 12, .transfer = 13}});
       }},
  };
  for (const char* format : {"webp", "tiff", "gif", "avif", "jxl"}) {
    if (codec::ByName(format) == nullptr) continue;
    files.push_back({format, [format] { return MadeFile(format, kWidth, kHeight); }});
  }
  if (codec::ByName("webp") != nullptr) {
    files.push_back({"webp lossless", [] {
                       return MadeFile("webp", kWidth, kHeight, PixelFormat::kRgba8,
                                       {.lossless = true});
                     }});
  }
  return files;
}

// `wanted` in groups of those that may be made together.
std::map<std::uint32_t, std::vector<Params>> Groups(ByteView file,
                                                    const std::vector<Params>& wanted) {
  std::map<std::uint32_t, std::vector<Params>> groups;
  for (const Params& params : wanted) {
    const Transform transform = MadeTransform(params);
    const auto prepared = Prepare(file, transform, {});
    if (!prepared) continue;  // a format that this build cannot write
    if (const std::uint32_t decode = DecodeOf(*prepared)) groups[decode].push_back(params);
  }
  return groups;
}

TEST(Together, GivesTheBytesOfEachAlone) {
  for (const File& file : Files()) {
    const Bytes bytes = file.made();
    const auto groups = Groups(bytes.view(), Wanted());
    std::size_t most = 0;
    for (const auto& [decode, wanted] : groups) {
      Set set(bytes.view(), wanted);
      ASSERT_TRUE(set.AreKin());
      EXPECT_EQ(set.Together(), set.OneByOne()) << file.name << ", decode " << decode;
      most = std::max(most, wanted.size());
    }
    EXPECT_GE(most, 5U) << file.name;
  }
}

// Whoever is first has its plan and buffers used for the decode.
TEST(Together, ItDoesNotMatterWhoIsFirst) {
  const Bytes png = MadeFile("png", kWidth, kHeight, PixelFormat::kRgb8,
                             {.cicp = pixel::Cicp{.primaries = 12, .transfer = 13}});
  const Bytes jpeg = Jpeg({.h_sampling = 2, .v_sampling = 2});
  for (const Bytes* file : {&png, &jpeg}) {
    for (auto [decode, wanted] : Groups(file->view(), Wanted())) {
      if (wanted.size() < 3) continue;
      for (std::size_t turn = 0; turn < wanted.size(); ++turn) {
        std::ranges::rotate(wanted, wanted.begin() + 1);
        Set set(file->view(), wanted);
        EXPECT_EQ(set.Together(), set.OneByOne()) << "decode " << decode << ", turn " << turn;
      }
    }
  }
}

TEST(Together, OneAloneIsAsIfItWereNot) {
  const Bytes jpeg = Jpeg({.h_sampling = 2, .v_sampling = 2});
  Set set(jpeg.view(), Widths({50}));
  EXPECT_EQ(set.Together(), set.OneByOne());
}

TEST(Together, CutFilesAreShownByThoseWhoShowThem) {
  for (const bool progressive : {false, true}) {
    const Bytes whole = Jpeg({.h_sampling = 2, .v_sampling = 2, .progressive = progressive});
    for (const double part : {0.3, 0.7, 0.95}) {
      const ByteView cut =
          whole.view().first(static_cast<std::size_t>(part * static_cast<double>(whole.size())));
      std::vector<Params> wanted = Widths({100, 60, 33});
      for (std::size_t strict = 0; strict < wanted.size(); ++strict) {
        std::vector<Params> mixed = wanted;
        mixed[strict].shows_truncated = false;
        Set set(cut, mixed);
        ASSERT_TRUE(set.AreKin());
        const auto said = set.Together();
        EXPECT_EQ(said, set.OneByOne()) << progressive << " " << part << " " << strict;
        EXPECT_TRUE(said[strict].starts_with("error"));
        EXPECT_NE(said[(strict + 1) % 3].find("truncated"), std::string::npos);
      }
    }
  }
}

TEST(Together, CutRowsAreShownByThoseWhoShowThem) {
  const Bytes whole = MadeFile("png", kWidth, kHeight);
  const ByteView cut = whole.view().first(whole.size() / 2);
  for (std::size_t strict = 0; strict < 3; ++strict) {
    std::vector<Params> wanted = Widths({100, kWidth, 33});
    wanted[strict].shows_truncated = false;
    Set set(cut, wanted);
    EXPECT_EQ(set.Together(), set.OneByOne()) << strict;
  }
}

TEST(Together, WhatCannotBeDecodedIsAnErrorForAll) {
  Bytes file = MadeFile("png", kWidth, kHeight);
  // Inside the compressed rows: nothing that a header shows.
  std::fill_n(file.data() + file.size() / 2, 40, std::uint8_t{0xAA});
  Set set(file.view(), Widths({100, 50, 20}));
  const auto said = set.Together();
  EXPECT_EQ(said, set.OneByOne());
}

int opened = 0;

template <class Source, Expected<std::unique_ptr<Source>> (*codec::Codec::*kOpen)(
                            ByteView, const Limits&, std::stop_token)>
struct Counting {
  static inline const codec::Codec* real = nullptr;
  static Expected<std::unique_ptr<Source>> Open(ByteView file, const Limits& limits,
                                                std::stop_token stop) {
    ++opened;
    return (real->*kOpen)(file, limits, std::move(stop));
  }
  static codec::Codec Of(const codec::Codec& codec) {
    real = &codec;
    codec::Codec counting = codec;
    counting.*kOpen = &Open;
    return counting;
  }
};

TEST(Together, IsDecodedOnce) {
  const auto planes =
      Counting<codec::PlaneSource, &codec::Codec::open_planes>::Of(*codec::ByName("jpeg"));
  const auto rows = Counting<codec::RowSource, &codec::Codec::open>::Of(*codec::ByName("png"));
  const Bytes jpeg = Jpeg({.h_sampling = 2, .v_sampling = 2});
  const Bytes png = MadeFile("png", kWidth, kHeight);
  for (const auto& [file, codec] : {std::pair(&jpeg, &planes), std::pair(&png, &rows)}) {
    Set set(file->view(), Widths({20, 40, 60, 80, 100}));
    const auto expected = set.OneByOne();
    for (std::size_t i = 0; i < set.size(); ++i) set.prepared(i).input = codec;
    opened = 0;
    EXPECT_EQ(set.Together(), expected);
    EXPECT_EQ(opened, 1);
  }
}

TEST(Together, WhatCannotShareIsToldApart) {
  const auto decode = [](const Bytes& file, const Params& params) {
    const Transform transform = MadeTransform(params);
    return DecodeOf(*Prepare(file.view(), transform, {}));
  };
  const Bytes jpeg = Jpeg({.h_sampling = 2, .v_sampling = 2});
  const std::uint32_t planes = decode(jpeg, {.width = 50});
  const std::uint32_t rows = decode(jpeg, {.width = 50, .format = Format::kPng});
  EXPECT_NE(planes, 0U);
  EXPECT_NE(rows, 0U);
  EXPECT_NE(planes, rows);
  EXPECT_EQ(decode(jpeg, {.width = 120}), planes);
  EXPECT_EQ(decode(jpeg, {.width = 50, .trim = 10}), 0U) << "looks at the pixels first";
  if (codec::ByName("webp") != nullptr) {
    const Bytes webp = MadeFile("webp", kWidth, kHeight);
    EXPECT_NE(decode(webp, {.width = kWidth / 2}), decode(webp, {.width = kWidth / 2 + 1}))
        << "one leaves the smoothing of seams out";
    const Bytes animation = MadeAnimation("webp", 20, 10, 3);
    EXPECT_EQ(decode(animation, {.width = 10}), 0U);
    EXPECT_NE(decode(animation, {.width = 10, .anim = false}), 0U);
  }
}

// Each may leave at any moment, the first as well as the last.
TEST(Together, WhoLeavesLeavesAlone) {
  const Bytes jpeg = Jpeg({.h_sampling = 2, .v_sampling = 2});
  const Bytes png = MadeFile("png", kWidth, kHeight);
  for (const Bytes* file : {&jpeg, &png}) {
    const std::vector<Params> wanted = Widths({40, 100, 180});
    const auto expected = Set(file->view(), wanted).OneByOne();
    for (std::size_t who = 0; who < wanted.size(); ++who) {
      std::size_t cancelled = 0;
      for (std::size_t moment = 1; moment < 60; moment += 3) {
        Set set(file->view(), wanted);
        class Leaves final : public PhaseObserver {
         public:
          Leaves(std::stop_source& stop, std::size_t at) : stop_(stop), left_(at) {}
          void Enter(Phase) override {
            if (--left_ == 0) stop_.request_stop();
          }

         private:
          std::stop_source& stop_;
          std::size_t left_;
        } leaves(set.stop(who), moment);
        set.Watch(who, leaves);
        const auto said = set.Together();
        for (std::size_t i = 0; i < wanted.size(); ++i) {
          if (i != who) {
            EXPECT_EQ(said[i], expected[i]) << who << " left at " << moment;
          } else if (said[i] != expected[i]) {
            EXPECT_EQ(said[i], Said(Fail(ErrorKind::kCancelled)));
            ++cancelled;
          }
        }
      }
      EXPECT_GT(cancelled, 3U);
    }
  }
}

// What every one of them has entered and left.
class Follows final : public PhaseObserver {
 public:
  explicit Follows(int& others) : at_work_(others) {}
  ~Follows() override { EXPECT_FALSE(works_) << "it never left"; }
  void Enter(Phase phase) override {
    if (!std::exchange(works_, true)) ++at_work_;
    // All of them decode; the rest is each one's own.
    if (phase != Phase::kDecode) EXPECT_EQ(at_work_, 1);
    phases_.push_back(phase);
  }
  void Leave() override {
    if (std::exchange(works_, false)) --at_work_;
  }
  const std::vector<Phase>& phases() const { return phases_; }

 private:
  int& at_work_;
  bool works_ = false;
  std::vector<Phase> phases_;
};

TEST(Together, TimeOfOneIsNotTheOthers) {
  const Bytes jpeg = Jpeg({.h_sampling = 2, .v_sampling = 2});
  const Bytes png = MadeFile("png", kWidth, kHeight);
  for (const Bytes* file : {&jpeg, &png}) {
    Set set(file->view(), Widths({40, 100, 180}));
    int at_work = 0;
    std::list<Follows> followers;
    for (std::size_t i = 0; i < set.size(); ++i) {
      set.Watch(i, followers.emplace_back(at_work));
    }
    set.Together();
    for (const Follows& follower : followers) {
      EXPECT_GT(std::ranges::count(follower.phases(), Phase::kDecode), 1);
      EXPECT_GT(std::ranges::count(follower.phases(), Phase::kResize), 1);
      EXPECT_EQ(follower.phases().back(), Phase::kEncode);
    }
    EXPECT_EQ(at_work, 0);
  }
}

TEST(Together, AllWhoAreToStopStopTheDecode) {
  const Bytes png = MadeFile("png", 64, 6000);
  std::vector<Params> wanted = Widths({40, 30, 20});
  Set set(png.view(), wanted);
  class Leaves final : public PhaseObserver {
   public:
    explicit Leaves(Set& set) : set_(set) {}
    void Enter(Phase phase) override {
      if (phase != Phase::kDecode) return;
      ++decodes;
      if (decodes == 5) {
        for (std::size_t i = 0; i < set_.size(); ++i) set_.stop(i).request_stop();
      }
    }
    int decodes = 0;

   private:
    Set& set_;
  } leaves(set);
  set.Watch(0, leaves);
  for (const std::string& said : set.Together()) {
    EXPECT_EQ(said, Said(Fail(ErrorKind::kCancelled)));
  }
  EXPECT_EQ(leaves.decodes, 5);
}

TEST(Together, TheyEndInTheirOrder) {
  const Bytes jpeg = Jpeg({.h_sampling = 2, .v_sampling = 2});
  Set set(jpeg.view(), Widths({40, 100, 180, 20}));
  std::map<std::size_t, Expected<Encoded>> results;
  EXPECT_EQ(set.RunAll(results), (std::vector<std::size_t>{0, 1, 2, 3}));
}

// Of what is thrown inside one, as when it finds no memory, the others know nothing.
TEST(Together, WhatOneThrowsIsItsOwnError) {
  const Bytes jpeg = Jpeg({.h_sampling = 2, .v_sampling = 2});
  const std::vector<Params> wanted = Widths({40, 100, 180});
  const auto expected = Set(jpeg.view(), wanted).OneByOne();
  for (std::size_t who = 0; who < wanted.size(); ++who) {
    Set set(jpeg.view(), wanted);
    class Throws final : public PhaseObserver {
     public:
      void Enter(Phase phase) override {
        if (phase == Phase::kEncode) throw std::bad_alloc();
      }
    } throws;
    set.Watch(who, throws);
    const auto said = set.Together();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      EXPECT_EQ(said[i], i == who ? Said(Fail(ErrorKind::kOverloaded)) : expected[i]);
    }
  }
}

// By the plans: what each holds besides, and the decoder once.
TEST(Together, HoldsNoMoreThanThePlansSay) {
  if (!test::MeasuresHeap()) {
    GTEST_SKIP() << "LEFT OUT: a sanitizer's allocator does not tell what it holds";
  }
  const Bytes progressive = test::EncodeJpeg(
      test::Photo(1000, 700), {.h_sampling = 2, .v_sampling = 2, .progressive = true});
  const Bytes png = MadeFile("png", 1000, 700);
  for (const Bytes* file : {&progressive, &png}) {
    for (const bool turned : {false, true}) {
      std::vector<Params> wanted = Widths({100, 200, 300, 400, 500, 1000});
      for (Params& params : wanted) params.rotate = turned ? 90 : 0;
      Set(file->view(), wanted).Together();  // what is made once in a program is made now
      Set set(file->view(), wanted);
      std::uint64_t planned = 0, apart = 0;
      for (std::size_t i = 0; i < set.size(); ++i) {
        const Plan& plan = set.prepared(i).plan;
        planned += plan.own_bytes + (i == 0 ? plan.shared_bytes : 0);
        apart += plan.working_bytes;
        EXPECT_LE(plan.working_bytes, plan.own_bytes + plan.shared_bytes);
      }
      const test::HeapPeak peak;
      set.Together();
      EXPECT_LE(peak.bytes(), planned);
      EXPECT_GE(5 * peak.bytes(), planned) << "a wild guess";
      if (file == &progressive) EXPECT_LT(planned, apart) << "the coefficients are there once";
    }
  }
}

}  // namespace
}  // namespace whittle::pipeline
