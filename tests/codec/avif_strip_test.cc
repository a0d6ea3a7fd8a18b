// AVIF without metadata. Files of libavif, and such as it does not write, made of its items.
#include "codec/isobmff/boxes.h"
#include "codec/isobmff/strip_items.h"
#include "tests/codec/avif_files.h"
#include "tests/codec/strip_files.h"

namespace whittle::codec {
namespace {

using namespace std::string_literals;

std::string Avif(const AvifOptions& options = {},
                 pixel::PixelFormat format = pixel::PixelFormat::kRgb8) {
  return std::string(AsText(MakeAvif(SamplesOf(test::Photo(64, 64), format), options).view()));
}

ByteView FtypOf(std::string_view file) { return BoxWalk(AsBytes(file)).Next()->whole; }

const std::string kExif = "II*\0\x08\0\0\0\0\0\0\0\0\0"s + kSecret;

// A user's description: language, name, description, tags.
const std::string kBox = "\0\0\0\x22"s + "udes\0\0\0\0en\0"s + kSecret + "\0\0"s;

std::string With(std::string_view file, const auto& change) {
  HeifItems items = *ReadHeifItems(AsBytes(file));
  change(items);
  return std::string(AsText(WriteHeifItems(FtypOf(file), items, 1 << 20)->view()));
}

TEST(AvifStrip, KeepsWhatMakesThePicture) {
  const AvifOptions notes{.exif = kExif, .xmp = kSecret};
  AvifOptions turned = notes;
  turned.irot = 1;
  turned.imir = 0;
  turned.clap = avifCropRect{8, 8, 40, 32};
  turned.icc = "a profile";
  AvifOptions grid = notes;
  grid.cells = 3;
  AvifOptions premultiplied = notes;
  premultiplied.premultiplied = true;
  for (const AvifOptions& options : {notes, turned, grid, premultiplied}) {
    for (const auto format : {pixel::PixelFormat::kRgb8, pixel::PixelFormat::kRgba8}) {
      const std::string file = Avif(options, format);
      ExpectStripped(file);
      const std::string stripped = Stripped(file);
      EXPECT_LT(stripped.size(), file.size() - 2 * kSecret.size());
      // By libavif itself, which was not told what ours thinks of boxes.
      EXPECT_EQ(PlainAvif(AsBytes(stripped), format).bytes, PlainAvif(AsBytes(file), format).bytes);
      const auto before = Sniff(AsBytes(file))->probe(AsBytes(file), {});
      const auto after = Sniff(AsBytes(stripped))->probe(AsBytes(stripped), {});
      EXPECT_EQ(after->info.orientation, before->info.orientation);
      EXPECT_EQ(after->info.width, before->info.width);
      const auto by_itself = StripMetadata(AsBytes(file), true, {});
      ASSERT_TRUE(by_itself) << "the picture says how it is turned, EXIF need not";
      EXPECT_EQ(AsText(by_itself->view()), stripped);
      EXPECT_EQ(after->info.alpha, before->info.alpha);
    }
  }
}

TEST(AvifStrip, ProfilesStayUnlessTheyAreNotWanted) {
  const std::string file = Avif({.icc = "a profile", .xmp = kSecret});
  EXPECT_NE(Stripped(file).find("a profile"), std::string::npos);
  EXPECT_EQ(Stripped(file, {.icc = false}).find("a profile"), std::string::npos);
  ExpectStripped(file, {.icc = false});
}

TEST(AvifStrip, ThumbnailsAndOtherPicturesAreGone) {
  const std::string file = Avif();
  for (const char* type : {"thmb", "cdsc", "base", "auxl"}) {
    const std::string with = With(file, [&](HeifItems& items) {
      HeifItem other = items.items.at(items.primary);
      other.content = {AsBytes(kSecret)};
      items.items.try_emplace(7, other);
      items.references.push_back({.type = type, .from = 7, .to = {items.primary}});
    });
    ExpectStripped(with);
    EXPECT_EQ(Stripped(with), Stripped(file)) << "nor is it referred to";
  }
  const std::string alone = With(file, [&](HeifItems& items) {
    items.items.try_emplace(9, HeifItem{.type = "Exif", .content = {AsBytes(kSecret)}});
  });
  ExpectStripped(alone);
}

TEST(AvifStrip, WordsAreNoTiles) {
  const std::string file = Avif();
  for (const char* type : {"Exif", "tmap", "jpeg"}) {
    const std::string with = With(file, [&](HeifItems& items) {
      items.items.try_emplace(7, HeifItem{.type = type, .content = {AsBytes(kSecret)}});
      items.references.push_back({.type = "dimg", .from = items.primary, .to = {7}});
    });
    ExpectStripped(with);
    EXPECT_EQ(Stripped(with), Stripped(file)) << type;
    for (const char* derived : {"grid", "iden", "iovl"}) {
      const std::string of_words =
          With(with, [&](HeifItems& items) { items.items.at(items.primary).type = derived; });
      EXPECT_EQ(Stripped(of_words), "failed: Unsupported") << "nothing would be left to show";
    }
  }
}

TEST(AvifStrip, PropertiesThatAreNotThereAreLeftOut) {
  const std::string with = With(Avif(), [](HeifItems& items) {
    HeifItem other = items.items.at(items.primary);
    other.properties = {{items.properties.size(), false}};
    items.items.try_emplace(7, other);
    items.references.push_back({.type = "auxl", .from = 7, .to = {items.primary}});
    items.items.at(items.primary).properties.push_back({items.properties.size(), false});
  });
  EXPECT_EQ(Stripped(with), Stripped(Avif()));
}

TEST(AvifStrip, UnknownReferencesAreGone) {
  const std::string with = With(Avif(), [](HeifItems& items) {
    items.references.push_back({.type = "zzzz", .from = items.primary, .to = {items.primary}});
  });
  ASSERT_NE(with.find("zzzz"), std::string::npos);
  EXPECT_EQ(Stripped(with), Stripped(Avif()));
}

TEST(AvifStrip, DescriptionsAreNoProperties) {
  const std::string with = With(Avif(), [&](HeifItems& items) {
    items.properties.insert(items.properties.begin(), AsBytes(kBox));
    for (auto& [id, item] : items.items) {
      for (auto& each : item.properties) ++each.property;
      item.properties.push_back({0, false});
    }
  });
  ExpectStripped(with);
}

TEST(AvifStrip, NothingBesideTheBoxesIsThePicture) {
  const std::string file = Avif();
  for (const char* type : {"free", "uuid", "skip"}) {
    const std::string box = "\0\0\0\x1A"s + type + kSecret + "!";
    ASSERT_EQ(box.size(), 0x1AU);
    ExpectStripped(file + box);
  }
}

TEST(AvifStrip, DataInSeveralPiecesAndWideNumbersAreRead) {
  const std::string file = Avif({.exif = kExif});
  const std::string with = With(file, [](HeifItems& items) {
    HeifItem primary = items.items.extract(items.primary).mapped();
    const ByteView whole = primary.content[0];
    primary.content = {whole.first(10), whole.subspan(10)};
    items.items.try_emplace(70'000, primary);
    for (HeifReference& each : items.references) each.to = {70'000};
    items.primary = 70'000;
  });
  ExpectStripped(with);
  EXPECT_EQ(PlainAvif(AsBytes(Stripped(with)), pixel::PixelFormat::kRgb8).bytes,
            PlainAvif(AsBytes(file), pixel::PixelFormat::kRgb8).bytes);
}

TEST(AvifStrip, SequencesAreRefused) {
  EXPECT_EQ(Stripped(Avif({.frames = 3})), "failed: Unsupported");
}

TEST(AvifStrip, ExifIsNotPutIn) {
  EXPECT_EQ(Stripped(Avif(), {.exif = AsBytes("II*")}), "failed: Unsupported");
}

TEST(AvifStrip, EqualTilesShareTheirData) {
  // libavif writes equal cells once.
  const std::string one = Avif();
  const std::string many = Avif({.exif = kExif, .cells = 8});
  ASSERT_LT(many.size(), one.size() + 7 * 200);
  EXPECT_LT(Stripped(many).size(), many.size());
  ExpectStripped(many);
}

TEST(AvifStrip, DataThatLieOverEachOtherAreNotWrittenAgainAndAgain) {
  const std::string file = Avif();
  const auto overlapping = [&](std::size_t count) {
    HeifItems items = *ReadHeifItems(AsBytes(file));
    const HeifItem primary = items.items.at(items.primary);
    HeifReference tiles{.type = "dimg", .from = items.primary};
    for (std::uint32_t id = 100; id < 100 + count; ++id) {
      HeifItem tile = primary;
      tile.content[0] = AsBytes(file).subspan(id - 100);
      items.items.try_emplace(id, tile);
      tiles.to.push_back(id);
    }
    items.references.push_back(tiles);
    return WriteHeifItems(FtypOf(file), items, 2 * file.size());
  };
  EXPECT_TRUE(overlapping(1));
  const auto refused = overlapping(3);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kTooLarge);
}

// What is one item's data for us may be another's for who looks for secrets.
TEST(AvifStrip, DataThatHoldAnotherItemsAreRefused) {
  const std::string file = Avif({.exif = kExif});
  struct Other {
    std::string_view type;
    std::ptrdiff_t at;  // from where the picture's data begin
    std::size_t size;
  };
  // A writer shares nothing but equal data: others' places are put into the file afterwards.
  const auto with = [&](const std::vector<Other>& others) {
    std::string made = With(file, [&](HeifItems& items) {
      const ByteView all = items.items.at(items.primary).content.at(0);
      std::uint32_t id = 90;
      for (const Other& other : others) {
        items.items.try_emplace(id++,
                                HeifItem{.type = other.type, .content = {all.first(other.size)}});
      }
    });
    const HeifItems items = *ReadHeifItems(AsBytes(made));
    const auto place = [&](std::uint32_t id) {
      return items.items.at(id).content.at(0).data() - AsBytes(made).data();
    };
    const auto number = [](std::ptrdiff_t offset) {
      std::string text;
      for (int i = 3; i >= 0; --i) text += static_cast<char>(offset >> 8 * i);
      return text;
    };
    std::uint32_t id = 90;
    for (const Other& other : others) {
      made.replace(made.find(number(place(id++))), 4, number(place(items.primary) + other.at));
    }
    return Stripped(made);
  };
  const std::string bare = Stripped(file);
  EXPECT_EQ(with({{"Exif", 0, 9}}), "failed: Unsupported");
  EXPECT_EQ(with({{"mime", 8, 9}}), "failed: Unsupported");
  EXPECT_EQ(with({{"Exif", -8, 9}}), "failed: Unsupported");
  EXPECT_EQ(with({{"Exif", -8, 8}}), bare) << "it ends where the picture begins";
  EXPECT_EQ(with({{"Exif", -8, 9}, {"mime", -6, 2}}), "failed: Unsupported")
      << "the one that ends first is not the one that reaches into it";
  EXPECT_EQ(with({{"av01", 8, 9}}), bare) << "a picture is no secret";
}

// Written with a length of 0, which readers may take for all that follows.
TEST(AvifStrip, APictureWithoutDataIsRefused) {
  const std::string file = Avif();
  std::string without = file;
  without.replace(without.find("iloc"), 4, "free");
  EXPECT_EQ(Stripped(without), "failed: Undecodable");
  const std::string with = With(file, [](HeifItems& items) {
    items.items.try_emplace(99, HeifItem{.type = "iden"});
    items.references.push_back({.type = "dimg", .from = items.primary, .to = {99}});
  });
  EXPECT_FALSE(Stripped(with).starts_with("failed")) << "an identity has none";
}

TEST(AvifStrip, AMissingTileIsAnError) {
  const std::string with = With(Avif(), [](HeifItems& items) {
    items.references.push_back({.type = "dimg", .from = items.primary, .to = {99}});
  });
  EXPECT_EQ(Stripped(with), "failed: Undecodable");
}

TEST(AvifStrip, PicturesOfPicturesAreFollowedSoFar) {
  for (const std::uint32_t steps : {6U, 7U, 8U}) {
    const std::string with = With(Avif(), [steps](HeifItems& items) {
      // The last reference stands first, so that each step finds one item more.
      std::uint32_t from = items.primary;
      for (std::uint32_t id = 100; id < 100 + steps; from = id++) {
        items.items.try_emplace(id, HeifItem{.type = "iden"});
        items.references.insert(items.references.begin(),
                                {.type = "dimg", .from = from, .to = {id}});
      }
    });
    EXPECT_EQ(Stripped(with) == "failed: Unsupported", steps > 7) << steps;
  }
}

TEST(AvifStrip, CutFilesDoNoHarm) {
  const std::string file =
      Avif({.icc = "a profile", .exif = "II*\0\x08\0\0\0\0\0\0\0\0\0"s, .xmp = kSecret},
           pixel::PixelFormat::kRgba8);
  EXPECT_EQ(Stripped(file.substr(0, file.size() - 1)), "failed: Undecodable");
  ExpectCutFilesDoNoHarm(file);
  for (std::size_t i = 16; i < 600 && i < file.size(); ++i) {
    for (const char wrong : {'\0', '\x7F', '\xFF'}) {
      std::string broken = file;
      broken[i] = wrong;
      Stripped(broken);
    }
  }
}

}  // namespace
}  // namespace whittle::codec
