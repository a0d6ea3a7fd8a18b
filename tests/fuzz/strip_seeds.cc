#include <string>
#include <string_view>
#include <utility>

#include "codec/registry.h"
#include "tests/fuzz/seeds.h"
#include "tests/support/pictures.h"

namespace whittle::test {
namespace {

constexpr int kWidth = 23;
constexpr int kHeight = 18;
// Orientation 5, in a TIFF structure of one entry.
constexpr std::string_view kExif{"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x05\0\0\0\0\0\0\0",
                                 26};

pixel::ConstRowSpan RowsOf(const Picture& picture) {
  return {picture.samples.data(), std::size_t{kWidth} * 3, kWidth, kHeight,
          pixel::PixelFormat::kRgb8};
}

std::string Number(std::size_t value, bool little = false) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += static_cast<char>(value >> 8 * (little ? i : 3 - i));
  return text;
}

// ISO 3309, bit by bit.
std::string PngChunk(const std::string& name, const std::string& body) {
  std::uint32_t crc = ~0U;
  for (const char each : name + body) {
    crc ^= static_cast<std::uint8_t>(each);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320U : 0);
  }
  return Number(body.size()) + name + body + Number(~crc);
}

std::string Box(const std::string& type, const std::string& body) {
  return Number(body.size() + 8) + type + body;
}

// What once stayed although no decoder reads it, in a file of each format.
void AddHidden(std::string_view format, const std::string& file, std::vector<Bytes>& seeds) {
  using namespace std::string_literals;
  const auto add = [&seeds](const std::string& seed) {
    seeds.push_back(Bytes::CopyOf(AsBytes(seed)));
  };
  if (format == "png") {
    const std::string twice =
        PngChunk("iCCP", "a name\0\0profile"s) + PngChunk("iCCP", "another\0\0profile"s);
    add(file.substr(0, 33) + twice + file.substr(33));
    const std::string frame =
        PngChunk("fcTL", std::string(26, '\1')) + PngChunk("fdAT", "\0\0\0\1"s);
    add(file.substr(0, file.size() - 12) + frame + PngChunk("IDAT", "more") +
        file.substr(file.size() - 12));
  } else if (format == "webp") {
    std::string chunks = file.substr(8);
    for (const char* name : {"VP8 ", "VP8L", "ALPH", "ICCP", "ANMF", "VP8X"}) {
      chunks += name + Number(20, true) + std::string(20, '\2');
    }
    add("RIFF" + Number(chunks.size(), true) + chunks);
  } else if (format == "jxl") {
    const std::string head = Box("JXL ", "\r\n\x87\n") + Box("ftyp", "jxl \0\0\0\0jxl "s);
    const std::size_t half = file.size() / 2;
    add(head + Box("jxlc", file + "more") + Box("jxlc", file));
    add(head + Box("jxlp", "\0\0\0\0"s + file.substr(0, half)) +
        Box("jxlp", "\0\0\0\1"s + file.substr(half) + "more") + Box("jxlp", "\x80\0\0\2more"s));
  }
}

// JPEG of every kind of scan, with bytes behind the last code instead of an end.
void AddJpegs(std::vector<Bytes>& seeds) {
  constexpr std::string_view kTrailer{"a trailer\xFF\xC4\0\4to\xFF\xD9", 17};
  for (const JpegOptions& options :
       {JpegOptions{.h_sampling = 2, .v_sampling = 2}, JpegOptions{.progressive = true},
        JpegOptions{.optimised = true, .restart_interval = 2},
        JpegOptions{.progressive = true, .restart_interval = 1}}) {
    const Bytes file = EncodeJpeg(Photo(kWidth, kHeight), options);
    Bytes with = Bytes::CopyOf(file.view().first(file.size() - 2));
    with.Append(AsBytes(kTrailer));
    seeds.push_back(std::move(with));
  }
}

}  // namespace

// Of every format that can be stripped and written: a still with all that can be embedded, and an
// animation; and such as hide something.
std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  AddJpegs(seeds);
  for (const codec::Codec* codec : codec::All()) {
    if (codec->strip == nullptr || codec->create == nullptr) continue;
    const Picture photo = Photo(kWidth, kHeight);
    const codec::EncodeSpec spec{.width = kWidth,
                                 .height = kHeight,
                                 .icc = AsBytes("profile"),
                                 .exif = AsBytes(kExif),
                                 .xmp = AsBytes("<x/>")};
    const auto still = *codec->create(spec);
    if (still->Write(RowsOf(photo))) seeds.push_back(*still->Finish());
    const auto bare = *codec->create({.width = kWidth, .height = kHeight});
    if (!bare->Write(RowsOf(photo))) return {};
    AddHidden(codec->name, std::string(AsText(bare->Finish()->view())), seeds);
    if (codec->create_frames == nullptr) continue;
    const auto frames = *codec->create_frames(spec);
    for (int i = 0; i < 2; ++i) {
      if (!frames->Write({.canvas = RowsOf(photo), .duration = 50})) return {};
    }
    seeds.push_back(*frames->Finish());
  }
  return seeds;
}

}  // namespace whittle::test
