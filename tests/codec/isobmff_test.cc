// Boxes of ISO base media files, and the items of HEIF in them, made here byte by byte.
#include <gtest/gtest.h>

#include <string>

#include "codec/isobmff/boxes.h"
#include "codec/isobmff/items.h"
#include "codec/isobmff/strip_items.h"

namespace whittle::codec {
namespace {

using namespace std::string_literals;

std::string Big(std::uint64_t value, int size) {
  std::string text;
  while (size-- > 0) text += static_cast<char>(value >> 8 * size);
  return text;
}

std::string MakeBox(const std::string& type, const std::string& body) {
  return Big(8 + body.size(), 4) + type + body;
}
std::string Full(const std::string& type, int version, const std::string& body, int flags = 0) {
  return MakeBox(
      type, Big(static_cast<unsigned>(version), 1) + Big(static_cast<unsigned>(flags), 3) + body);
}

TEST(BoxWalk, AreAsLongAsTheySay) {
  const std::string file =
      MakeBox("abcd", "12") + Big(1, 4) + "long" + Big(17, 8) + "3" + MakeBox("none", "");
  BoxWalk boxes(AsBytes(file));
  const auto first = boxes.Next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->type, "abcd");
  EXPECT_EQ(AsText(first->content), "12");
  EXPECT_EQ(first->whole.size(), 10U);
  const auto second = boxes.Next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->type, "long");
  EXPECT_EQ(AsText(second->content), "3");
  EXPECT_EQ(second->whole.size(), 17U);
  const auto third = boxes.Next();
  ASSERT_TRUE(third);
  EXPECT_TRUE(third->content.empty());
  EXPECT_FALSE(boxes.Next());
  EXPECT_FALSE(boxes.broken());
}

TEST(BoxWalk, TheLastMayGoOnToTheEnd) {
  const std::string file = MakeBox("abcd", "12") + Big(0, 4) + "rest" + "all of it";
  BoxWalk boxes(AsBytes(file));
  ASSERT_TRUE(boxes.Next());
  const auto last = boxes.Next();
  ASSERT_TRUE(last);
  EXPECT_EQ(AsText(last->content), "all of it");
  EXPECT_FALSE(boxes.Next());
  EXPECT_FALSE(boxes.broken());
}

TEST(BoxWalk, EndWhereOneIsCut) {
  for (const std::string& cut : {Big(9, 4) + "abcd", Big(7, 4) + "abcd", "\0\0\0\x08"s + "abc",
                                 Big(1, 4) + "abcd" + Big(15, 8), Big(1, 4) + "abcd" + Big(17, 8),
                                 Big(1, 4) + "abcd" + Big(~std::uint64_t{0}, 8)}) {
    const std::string file = MakeBox("good", "") + cut;
    BoxWalk boxes(AsBytes(file));
    EXPECT_TRUE(boxes.Next());
    EXPECT_FALSE(boxes.Next());
    EXPECT_TRUE(boxes.broken());
    EXPECT_FALSE(boxes.Next());
  }
}

TEST(NumberReader, BeyondTheEndAllIsNothing) {
  NumberReader reader(AsBytes("\1\2\3\4"));
  EXPECT_EQ(reader.Take(0), 0U);
  EXPECT_EQ(reader.Take(3), 0x010203U);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.Take(2), 0U);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.Take(1), 0U) << "also what would have fitted";
}

TEST(BoxWriter, FillsInTheSize) {
  Bytes bytes;
  {
    const BoxWriter outer(bytes, "outr");
    const BoxWriter inner(bytes, "innr", 2, 0x010203);
    AppendNumber(bytes, 0x0A0B, 2);
  }
  EXPECT_EQ(AsText(bytes.view()), MakeBox("outr", Full("innr", 2, "\x0A\x0B", 0x010203)));
}

// --- items -------------------------------------------------------------------------------------

std::string Entry(unsigned id, const std::string& type, int flags = 0, unsigned protection = 0) {
  return Full("infe", 2, Big(id, 2) + Big(protection, 2) + type + '\0', flags);
}

// What a file of items consists of, each as a whole box.
struct Made {
  std::string pitm = Full("pitm", 0, Big(1, 2));
  std::string iinf = Full("iinf", 0, Big(1, 2) + Entry(1, "av01"));
  std::string iloc;
  std::string more;  ///< other boxes of meta
  std::string File() const {
    return MakeBox("ftyp", "avif") + Full("meta", 0, pitm + iinf + iloc + more) +
           MakeBox("mdat", "0123456789");
  }
};

std::string_view KindOf(const std::string& file) {
  const auto items = ReadHeifItems(AsBytes(file));
  return items ? "ok" : Name(items.error().kind);
}

std::string ContentOf(const std::string& file, std::uint32_t id = 1) {
  const auto items = ReadHeifItems(AsBytes(file));
  if (!items) return std::string(Name(items.error().kind));
  std::string content;
  for (const ByteView piece : items->items.at(id).content) {
    content += std::string(AsText(piece)) + "|";
  }
  return content;
}

TEST(HeifItems, DataLieWhereEveryVersionSays) {
  Made made;
  // Offsets of 4 bytes, lengths of 4, bases of 0 and 8, with an index, with wide numbers.
  const auto at = [&](std::size_t digit) {
    return static_cast<unsigned>(made.File().size() - 10 + digit);
  };
  const auto twice = [&](auto make) {
    make();  // the first time for its size alone
    make();
    return ContentOf(made.File());
  };
  EXPECT_EQ(twice([&] {
              made.iloc = Full("iloc", 0,
                               Big(0x4400, 2) + Big(1, 2) + Big(1, 2) + Big(0, 2) + Big(1, 2) +
                                   Big(at(2), 4) + Big(3, 4));
            }),
            "234|");
  EXPECT_EQ(twice([&] {
              made.iloc = Full("iloc", 0,
                               Big(0x4480, 2) + Big(1, 2) + Big(1, 2) + Big(0, 2) + Big(at(1), 8) +
                                   Big(2, 2) + Big(0, 4) + Big(2, 4) + Big(5, 4) + Big(1, 4));
            }),
            "12|6|");
  EXPECT_EQ(twice([&] {
              made.iloc = Full("iloc", 1,
                               Big(0x4404, 2) + Big(1, 2) + Big(1, 2) + Big(0, 2) + Big(0, 2) +
                                   Big(1, 2) + Big(77, 4) + Big(at(8), 4) + Big(2, 4));
            }),
            "89|");
  EXPECT_EQ(twice([&] {
              made.iloc = Full("iloc", 2,
                               Big(0x8800, 2) + Big(1, 4) + Big(1, 4) + Big(0, 2) + Big(0, 2) +
                                   Big(1, 2) + Big(at(9), 8) + Big(1, 8));
            }),
            "9|");
  EXPECT_EQ(twice([&] {
              made.iloc = Full("iloc", 0,
                               Big(0x4400, 2) + Big(1, 2) + Big(1, 2) + Big(0, 2) + Big(1, 2) +
                                   Big(at(7), 4) + Big(0, 4));
            }),
            "Unsupported")
      << "all that is left, whosever it is";
}

std::string Location(unsigned method, unsigned other_file, std::uint64_t offset, unsigned length) {
  return Full("iloc", 1,
              Big(0x8400, 2) + Big(1, 2) + Big(1, 2) + Big(method, 2) + Big(other_file, 2) +
                  Big(1, 2) + Big(offset, 8) + Big(length, 4));
}

TEST(HeifItems, DataMayLieInTheMetaBox) {
  const Made made{.iloc = Location(1, 0, 2, 3), .more = MakeBox("idat", "abcdef")};
  EXPECT_EQ(ContentOf(made.File()), "cde|");
  EXPECT_EQ(ContentOf(Made{.iloc = Location(1, 0, 2, 3), .more = MakeBox("idat", "abcd")}.File()),
            "Undecodable");
}

TEST(HeifItems, DataElsewhereAreRefused) {
  EXPECT_EQ(KindOf(Made{.iloc = Location(2, 0, 0, 1)}.File()), "Unsupported");
  EXPECT_EQ(KindOf(Made{.iloc = Location(0, 1, 0, 1)}.File()), "Unsupported");
  EXPECT_EQ(KindOf(Made{.iloc = Location(0, 0, 0, 1)}.File()), "ok");
}

TEST(HeifItems, DataBeyondTheEndAreRefused) {
  const std::size_t size = Made{.iloc = Location(0, 0, 0, 1)}.File().size();
  EXPECT_EQ(KindOf(Made{.iloc = Location(0, 0, size - 1, 1)}.File()), "ok");
  EXPECT_EQ(KindOf(Made{.iloc = Location(0, 0, size - 1, 2)}.File()), "Undecodable");
  EXPECT_EQ(KindOf(Made{.iloc = Location(0, 0, size + 1, 0)}.File()), "Undecodable");
  EXPECT_EQ(KindOf(Made{.iloc = Location(0, 0, size, 0)}.File()), "Unsupported");
  EXPECT_EQ(KindOf(Made{.iloc = Location(0, 0, ~std::uint64_t{0}, 2)}.File()), "Undecodable");
}

TEST(HeifItems, UnknownKindsAreRefused) {
  EXPECT_EQ(KindOf(Made{.iinf = Full("iinf", 0, Big(1, 2) + Entry(1, "av01", 0, 1))}.File()),
            "Unsupported")
      << "encrypted";
  EXPECT_EQ(KindOf(Made{.iinf = Full("iinf", 0, Big(1, 2) + Full("infe", 1, Big(1, 2)))}.File()),
            "Undecodable");
  EXPECT_EQ(KindOf(Made{.pitm = Full("pitm", 0, Big(2, 2))}.File()), "Undecodable") << "primary";
  EXPECT_EQ(KindOf(Made{.iloc = Full("iloc", 3, Big(0, 4))}.File()), "Undecodable");
  EXPECT_EQ(KindOf(Made{.iloc = Full("iloc", 0, Big(0x9000, 2) + Big(0, 2))}.File()),
            "Undecodable");
  EXPECT_EQ(KindOf(Made{}.File() + MakeBox("moov", "")), "Unsupported");
  EXPECT_EQ(KindOf(Made{}.File()), "ok");
}

TEST(HeifItems, APropertyWithoutASizeHeldWhatFollowed) {
  const auto kind = [](const std::string& property) {
    return KindOf(Made{.more = MakeBox("iprp", MakeBox("ipco", property))}.File());
  };
  EXPECT_EQ(kind(Big(0, 4) + "irot\1 and words"), "Undecodable");
  EXPECT_EQ(kind(Big(1, 4) + "irot" + Big(17, 8) + "\1"), "ok");
  EXPECT_EQ(kind(Big(10, 4) + "irot\1"), "Undecodable") << "cut";
}

TEST(HeifItems, ACutBoxAnywhereIsDamage) {
  const std::string cut = Big(99, 4) + "cut ";
  EXPECT_EQ(KindOf(Made{.more = cut}.File()), "Undecodable");
  EXPECT_EQ(KindOf(Made{.more = MakeBox("iprp", cut)}.File()), "Undecodable");
  EXPECT_EQ(KindOf(Made{.more = Full("iref", 0, cut)}.File()), "Undecodable");
  EXPECT_EQ(KindOf(Made{.iinf = Full("iinf", 0, Big(1, 2) + Entry(1, "av01") + cut)}.File()),
            "Undecodable");
}

TEST(HeifItems, AMetaBoxIsSoLargeAtMost) {
  const std::size_t own = Made{}.File().size() - MakeBox("ftyp", "avif").size() -
                          MakeBox("mdat", "0123456789").size() - 8;
  for (const std::size_t size : {std::size_t{1} << 20, (std::size_t{1} << 20) + 1}) {
    const std::string more = MakeBox("free", std::string(size - own - 8, '\0'));
    EXPECT_EQ(KindOf(Made{.more = more}.File()), size > 1 << 20 ? "TooLarge" : "ok");
  }
}

TEST(HeifItems, AllAssociationsCount) {
  const std::string ipco =
      MakeBox("ipco", MakeBox("aaaa", "") + MakeBox("bbbb", "1") + MakeBox("cccc", ""));
  const std::string narrow = Full("ipma", 0, Big(1, 4) + Big(1, 2) + Big(2, 1) + "\x81\x03");
  const std::string wide = Full("ipma", 1, Big(1, 4) + Big(1, 4) + Big(2, 1) + "\x80\x02\0\0"s, 1);
  const std::string file = Made{.more = MakeBox("iprp", ipco + narrow + wide)}.File();
  const auto items = ReadHeifItems(AsBytes(file));
  ASSERT_TRUE(items);
  ASSERT_EQ(items->properties.size(), 3U);
  EXPECT_EQ(AsText(items->properties[1]), MakeBox("bbbb", "1"));
  const auto& properties = items->items.at(1).properties;
  ASSERT_EQ(properties.size(), 3U) << "of two boxes, and none by the number 0";
  EXPECT_EQ(properties[0].property, 0U);
  EXPECT_TRUE(properties[0].essential);
  EXPECT_EQ(properties[1].property, 2U);
  EXPECT_FALSE(properties[1].essential);
  EXPECT_EQ(properties[2].property, 1U);
  EXPECT_TRUE(properties[2].essential);
}

TEST(HeifItems, ReferencesAreReadInBothWidths) {
  const std::string narrow =
      Full("iref", 0, MakeBox("dimg", Big(1, 2) + Big(2, 2) + Big(5, 2) + Big(6, 2)));
  const std::string wide = Full("iref", 1, MakeBox("auxl", Big(70'000, 4) + Big(1, 2) + Big(1, 4)));
  const std::string one = Made{.more = narrow}.File(), other = Made{.more = wide}.File();
  const auto items = ReadHeifItems(AsBytes(one));
  ASSERT_TRUE(items);
  ASSERT_EQ(items->references.size(), 1U);
  EXPECT_EQ(items->references[0].type, "dimg");
  EXPECT_EQ(items->references[0].to, (std::vector<std::uint32_t>{5, 6}));
  const auto others = ReadHeifItems(AsBytes(other));
  ASSERT_TRUE(others);
  EXPECT_EQ(others->references.at(0).from, 70'000U);
  EXPECT_EQ(others->references.at(0).to, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(KindOf(Made{.more = narrow + wide}.File()), "Undecodable") << "which of them counts?";
  EXPECT_EQ(
      KindOf(
          Made{.more = Full("iref", 0, MakeBox("dimg", Big(1, 2) + Big(2, 2) + Big(5, 2)))}.File()),
      "Undecodable");
}

TEST(Items, AReferenceIsKnownByItsKindAndItsOrigin) {
  Items items;
  items.references = {{.type = "auxl", .from = 1, .to = {2}},
                      {.type = "dimg", .from = 2, .to = {3}},
                      {.type = "dimg", .from = 1, .to = {4, 5}},
                      {.type = "dimg", .from = 1, .to = {6}}};
  const auto of_one = items.ReferencesOf(1, "dimg");
  EXPECT_EQ(std::vector<std::uint32_t>(of_one.begin(), of_one.end()),
            (std::vector<std::uint32_t>{4, 5}))
      << "the first of them";
  EXPECT_TRUE(items.ReferencesOf(3, "dimg").empty());
  EXPECT_TRUE(items.ReferencesOf(2, "auxl").empty());
}

// --- limits, at their exact value --------------------------------------------------------------

TEST(HeifItems, AreSoManyAtMost) {
  for (const unsigned count : {4096U, 4097U}) {
    std::string entries = Big(0, 2);
    for (unsigned id = 1; id <= count; ++id) entries += Entry(id, "av01");
    EXPECT_EQ(KindOf(Made{.iinf = Full("iinf", 0, entries)}.File()),
              count > 4096 ? "TooLarge" : "ok");
    std::string properties;
    for (unsigned i = 0; i < count; ++i) properties += MakeBox("free", "");
    EXPECT_EQ(KindOf(Made{.more = MakeBox("iprp", MakeBox("ipco", properties))}.File()),
              count > 4096 ? "TooLarge" : "ok");
  }
}

TEST(HeifItems, HaveSoManyAssociationsReferencesAndPiecesAtMost) {
  for (const unsigned count : {65536U, 65537U}) {
    const char* expected = count > 65536 ? "TooLarge" : "ok";
    std::string associations = Big((count + 253) / 254, 4);
    unsigned id = 1;
    for (unsigned left = count; left > 0;) {
      const unsigned now = std::min(left, 254U);
      associations += Big(id++, 2) + Big(now, 1) + std::string(now, '\1');
      left -= now;
    }
    EXPECT_EQ(KindOf(Made{.more = MakeBox("iprp", Full("ipma", 0, associations))}.File()),
              expected);
    std::string references;
    for (unsigned left = count - 2; left > 0;) {  // the two boxes count as well
      const unsigned now = std::min(left, 65000U);
      references +=
          MakeBox("dimg", Big(1, 2) + Big(now, 2) + std::string(std::size_t{now} * 2, '\1'));
      left -= now;
    }
    EXPECT_EQ(KindOf(Made{.more = Full("iref", 0, references)}.File()), expected);
    std::string empty;
    for (unsigned i = 0; i < count; ++i) empty += MakeBox("auxl", Big(1, 2) + Big(0, 2));
    EXPECT_EQ(KindOf(Made{.more = Full("iref", 0, empty)}.File()), expected);
    for (const unsigned item : {1U, 99U}) {  // there is no 99
      std::string pieces = Big(0, 2) + Big(2, 2);
      for (const unsigned now : {65535U, count - 65535U}) {
        pieces += Big(item, 2) + Big(0, 2) + Big(now, 2);
      }
      const std::string iinf = Full("iinf", 0, Big(1, 2) + Entry(1, "iden"));  // without data
      EXPECT_EQ(KindOf(Made{.iinf = iinf, .iloc = Full("iloc", 0, pieces)}.File()), expected);
    }
  }
}

// --- writing -----------------------------------------------------------------------------------

TEST(HeifItems, AreReadAgainAsTheyWereWritten) {
  const std::string property = MakeBox("ispe", "size"), ftyp = MakeBox("ftyp", "avif");
  for (const std::uint32_t high : {7U, 0xFFFFU, 0x10000U}) {
    HeifItems items{.primary = high};
    items.properties = {AsBytes(property), AsBytes(property)};
    items.items[3] = {.type = "av01", .hidden = true, .content = {AsBytes("abc")}};
    items.items[high] = {.type = "grid",
                         .properties = {{1, true}, {0, false}},
                         .content = {AsBytes("de"), AsBytes("f")}};
    items.references = {{.type = "dimg", .from = high, .to = {3, 3}}};
    const auto file = WriteHeifItems(AsBytes(ftyp), items, 6);
    ASSERT_TRUE(file);
    EXPECT_TRUE(AsText(file->view()).starts_with(ftyp));
    const auto again = ReadHeifItems(file->view());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->primary, high);
    ASSERT_EQ(again->items.size(), 2U);
    EXPECT_TRUE(again->items.at(3).hidden);
    EXPECT_FALSE(again->items.at(high).hidden);
    EXPECT_EQ(again->items.at(high).type, "grid");
    EXPECT_EQ(AsText(again->items.at(3).content[0]), "abc");
    EXPECT_EQ(AsText(again->items.at(high).content[0]), "def") << "in one piece";
    ASSERT_EQ(again->items.at(high).properties.size(), 2U);
    EXPECT_EQ(again->items.at(high).properties[0].property, 1U);
    EXPECT_TRUE(again->items.at(high).properties[0].essential);
    EXPECT_FALSE(again->items.at(high).properties[1].essential);
    ASSERT_EQ(again->references.size(), 1U);
    EXPECT_EQ(again->references[0].from, high);
    EXPECT_EQ(again->references[0].to, (std::vector<std::uint32_t>{3, 3}));
    EXPECT_FALSE(WriteHeifItems(AsBytes(ftyp), items, 5));
  }
}

TEST(HeifItems, TakeNoMorePropertiesThanAByteCounts) {
  const std::string property = MakeBox("ispe", "size"), ftyp = MakeBox("ftyp", "avif");
  HeifItems items{.primary = 1};
  items.properties = {AsBytes(property)};
  items.items[1] = {.type = "av01"};
  items.items[1].properties.resize(255);
  EXPECT_TRUE(WriteHeifItems(AsBytes(ftyp), items, 0));
  items.items[1].properties.resize(256);
  EXPECT_FALSE(WriteHeifItems(AsBytes(ftyp), items, 0));
}

}  // namespace
}  // namespace whittle::codec
