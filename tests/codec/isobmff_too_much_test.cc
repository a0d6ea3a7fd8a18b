// Meta boxes of small files that would keep libavif or libheif at work for hours.
#include <gtest/gtest.h>

#include <string>

#include "codec/isobmff/items.h"
#include "codec/registry.h"
#include "tests/codec/made_boxes.h"

namespace whittle::codec {
namespace {

std::string Meta(const std::string& boxes) { return MadeBox("meta", BigEndian(0, 4) + boxes); }
std::string Ftyp(const std::string& brand) {
  return MadeBox("ftyp", brand + BigEndian(0, 4) + brand + "mif1");
}

// What both codecs say of it, which is what SaysTooMuch does.
bool IsTooMuch(const std::string& boxes) {
  const bool too_much = SaysTooMuch(AsBytes(boxes));
  for (const auto& [name, brand] : {std::pair("avif", "avif"), std::pair("heif", "heic")}) {
    const Codec* codec = ByName(name);
    if (codec == nullptr) continue;  // a build without it
    const std::string file = Ftyp(brand) + boxes;
    EXPECT_EQ(codec->probe(AsBytes(file), {}).error().kind == ErrorKind::kTooLarge, too_much)
        << brand;
    EXPECT_EQ(codec->open(AsBytes(file), {}, {}).error().kind == ErrorKind::kTooLarge, too_much)
        << brand;
  }
  return too_much;
}

// Each is a walk over all that were named before.
TEST(TooMuch, ItemsOfEveryBoxAreCounted) {
  for (const std::size_t count : {kMostItems, kMostItems + 1}) {
    std::string infos, wide_infos, locations, wide_locations, associations, wide_associations;
    std::string references;
    for (std::size_t id = 1; id <= count; ++id) {
      infos += FullBox("infe", BigEndian(id, 2) + BigEndian(0, 2) + "av01", 2);
      wide_infos += FullBox("infe", BigEndian(id << 16, 4) + BigEndian(0, 2) + "av01", 3);
      locations += BigEndian(id, 2) + BigEndian(0, 2) + BigEndian(0, 2);
      wide_locations += BigEndian(id << 16, 4) + BigEndian(0, 4) + BigEndian(0, 2);
      associations += BigEndian(id, 2) + BigEndian(1, 1) + BigEndian(0, 1);
      wide_associations += BigEndian(id << 16, 4) + BigEndian(1, 1) + BigEndian(0, 2);
      references += MadeBox("auxl", BigEndian(id, 2) + BigEndian(0, 2));
    }
    for (const std::string& box :
         {FullBox("iinf", BigEndian(0, 2) + infos),
          FullBox("iinf", BigEndian(0, 4) + wide_infos, 1),
          FullBox("iloc", BigEndian(0, 2) + BigEndian(count, 2) + locations),
          FullBox("iloc", BigEndian(0, 2) + BigEndian(count, 4) + wide_locations, 2),
          MadeBox("iprp", FullBox("ipma", BigEndian(count, 4) + associations)),
          MadeBox("iprp", BigEndian(16 + count * 7, 4) + "ipma" + BigEndian(0x0100'0001, 4) +
                              BigEndian(count, 4) + wide_associations),
          FullBox("iref", references)}) {
      EXPECT_EQ(IsTooMuch(Meta(box)), count > kMostItems) << box.substr(4, 4) << box.size();
    }
  }
}

// The same ones again and again.
TEST(TooMuch, NamesAreCounted) {
  for (const std::size_t count : {kMostNames, kMostNames + 1}) {
    std::string references;
    for (std::size_t left = count; left > 0;) {
      const std::size_t now = std::min(left - 1, std::size_t{65'000});  // and who refers to them
      references += MadeBox("cdsc", BigEndian(1, 2) + BigEndian(now, 2) + std::string(2 * now, 1));
      left -= now + 1;
    }
    EXPECT_EQ(IsTooMuch(Meta(FullBox("iref", references))), count > kMostNames);
  }
}

TEST(TooMuch, TracksAndAllMetaBoxesCountTogether) {
  const auto half = [](std::size_t more) {
    std::string references;
    for (std::size_t left = kMostNames / 2 + more; left > 0;) {
      const std::size_t now = std::min(left - 1, std::size_t{65'000});
      references += MadeBox("cdsc", BigEndian(1, 2) + BigEndian(now, 2) + std::string(2 * now, 1));
      left -= now + 1;
    }
    return Meta(FullBox("iref", references));
  };
  const auto in_track = [](const std::string& meta) {
    return MadeBox("moov", MadeBox("trak", meta));
  };
  EXPECT_FALSE(SaysTooMuch(AsBytes(half(0) + in_track(half(0)))));
  EXPECT_TRUE(SaysTooMuch(AsBytes(half(0) + in_track(half(1)))));
  EXPECT_TRUE(SaysTooMuch(AsBytes(half(1) + half(0))));
}

// A number is another item's in each of them.
TEST(TooMuch, ItemsAreEachMetaBoxsOwn) {
  const auto meta = [](std::size_t from, std::size_t to) {
    std::string references;
    for (std::size_t id = from; id < to; ++id) {
      references += MadeBox("auxl", BigEndian(id, 2) + BigEndian(0, 2));
    }
    return Meta(FullBox("iref", references));
  };
  const auto both = [&](std::size_t second) {
    return meta(0, kMostItems) + MadeBox("moov", MadeBox("trak", meta(10'000, second)));
  };
  EXPECT_FALSE(SaysTooMuch(AsBytes(both(10'000 + kMostItems))));
  EXPECT_TRUE(SaysTooMuch(AsBytes(both(10'001 + kMostItems))));
}

}  // namespace
}  // namespace whittle::codec
