// GIF without metadata.
#include "tests/codec/gif_files.h"
#include "tests/codec/strip_files.h"

namespace whittle::codec {
namespace {

using namespace std::string_literals;

std::string Animation(std::string icc = {}) {
  MadeGif made{
      .width = 6, .height = 4, .palette = {{0, 0, 0}, {255, 0, 0}, {0, 255, 0}, {9, 9, 9}}};
  for (int i = 0; i < 3; ++i) {
    made.frames.push_back({.width = 6,
                           .height = 4,
                           .indices = std::vector<std::uint8_t>(24, static_cast<std::uint8_t>(i)),
                           .disposal = 1,
                           .hundredths = 7});
  }
  made.frames[1].palette = {{1, 2, 3}, {4, 5, 6}};
  made.repeats = 5;
  made.icc = std::move(icc);
  return Made(made);
}

constexpr std::size_t kScreen = 13 + 3 * 4;  // with a palette of four

std::string Extension(int label, const std::string& blocks) {
  return "!"s + static_cast<char>(label) + blocks + '\0';
}
std::string Block(const std::string& text) { return static_cast<char>(text.size()) + text; }

std::string With(std::string file, const std::string& more) { return file.insert(kScreen, more); }

TEST(GifStrip, LeavesAPlainFileAsItIs) { EXPECT_EQ(Stripped(Animation()), Animation()); }

TEST(GifStrip, EveryOtherExtensionBetrayedSomething) {
  const std::string file = Animation();
  for (const std::string& extension :
       {Extension(0xFE, Block(kSecret)), Extension(0xFF, Block("XMP DataXMP") + Block(kSecret)),
        Extension(0xFF, Block("MGK8BIM0000") + Block(kSecret)), Extension(0xCE, Block(kSecret)),
        Extension(0xFF, Block(kSecret)), Extension(0xFF, ""), Extension(0xFF, Block("short")),
        Extension(0xFF, Block("NETSCAPE2.0") + Block("\2\1\0"s)),
        Extension(0xFF, Block("NETSCAPE2.0") + Block("\1\2\3\4\5")),
        Extension(0xFF, Block("NETSCAPE2.0\3") + Block("\0"s)),
        Extension(0xFF, Block("NETSCAPE2.0") + Block(kSecret)),
        Extension(0x01, Block(std::string(12, '\1')) + Block(kSecret)), "\0"s}) {
    EXPECT_EQ(Stripped(With(file, extension)), file);
  }
  ExpectStripped(With(file, Extension(0xFE, Block(kSecret))));
}

TEST(GifStrip, BlocksThatStayHaveNoRoomForMore) {
  const std::string file = Animation();
  const std::string loops = Extension(0xFF, Block("NETSCAPE2.0") + Block("\1\5\0"s));
  const std::size_t loops_at = file.find(loops);
  ASSERT_NE(loops_at, std::string::npos);
  std::string with = file;
  with.replace(loops_at, loops.size(),
               Extension(0xFF, Block("NETSCAPE2.0") + Block("\1\5\0"s) + Block(kSecret)));
  EXPECT_EQ(Stripped(with), file);
  const std::size_t control_at = file.find("!\xF9\4");
  const std::string control = file.substr(control_at + 3, 4);
  with = file;
  with.replace(control_at, 8, Extension(0xF9, Block(control + kSecret) + Block(kSecret)));
  EXPECT_EQ(Stripped(with), file);
}

TEST(GifStrip, LoopsGoByTwoNames) {
  std::string file = Animation();
  file.replace(file.find("NETSCAPE2.0"), 11, "ANIMEXTS1.0");
  EXPECT_EQ(Stripped(file), file);
}

TEST(GifStrip, PlainTextTakesItsControlBlockAlong) {
  const std::string file = Animation();
  const std::string text = Extension(0x01, Block(std::string(12, '\1')) + Block(kSecret));
  const std::string hidden = Extension(0xF9, Block("\5\1\0\2"s));
  EXPECT_EQ(Stripped(With(file, hidden + text)), file);
  // Also where the frame behind it has none of its own.
  MadeGif plain{.width = 2, .height = 1, .palette = {{0, 0, 0}, {255, 0, 0}}};
  plain.frames = {{.width = 2, .height = 1, .indices = {0, 1}, .control = false}};
  std::string bare = Made(plain);
  EXPECT_EQ(Stripped(bare), bare);
  std::string with = bare;
  with.insert(13 + 3 * 2, hidden + text);
  EXPECT_EQ(Stripped(with), bare);
  EXPECT_EQ(Stripped(With(file, Extension(0xFE, Block("a")) + hidden)), file)
      << "of two control blocks the last one counts";
}

TEST(GifStrip, ProfilesStayUnlessTheyAreNotWanted) {
  const std::string profile(300, 'p');
  EXPECT_EQ(Stripped(Animation(profile)), Animation(profile));
  EXPECT_EQ(Stripped(Animation(profile), {.icc = false}), Animation());
}

TEST(GifStrip, OfSeveralProfilesTheFirstCounts) {
  const std::string profile(300, 'p');
  const std::string another = Extension(0xFF, Block("ICCRGBG1012") + Block(kSecret));
  std::string with = Animation(profile);
  with.insert(with.size() - 1, another);
  EXPECT_EQ(Stripped(with), Animation(profile));
}

TEST(GifStrip, NothingBehindTheEndIsThePicture) {
  const std::string file = Animation();
  EXPECT_EQ(Stripped(file + kSecret), file);
  EXPECT_EQ(Stripped(file.substr(0, file.size() - 1)), file) << "its trailer was missing";
  EXPECT_EQ(Stripped(file.substr(0, file.size() - 1) + "?" + kSecret), file);
  ExpectStripped(file + kSecret);
}

TEST(GifStrip, ACutFrameIsRefused) {
  const std::string file = Animation();
  EXPECT_EQ(Stripped(file.substr(0, file.size() - 2)), "failed: Undecodable");
  EXPECT_EQ(Stripped(file.substr(0, kScreen - 1)), "failed: Undecodable");
  ExpectCutFilesDoNoHarm(With(file, Extension(0xFE, Block(kSecret))));
}

TEST(GifStrip, HasNoPlaceForExif) {
  EXPECT_EQ(Stripped(Animation(), {.exif = AsBytes("II*")}), "failed: Unsupported");
}

}  // namespace
}  // namespace whittle::codec
