// A JPEG file without metadata: the segments that a decoder needs, and the scans as they are.
//
// What stays is named, everything else goes: of APP0 the JFIF head without its thumbnail, of APP2
// the profile, Adobe's APP14, tables, frame and scans. The picture ends with the last code of its
// last scan, wherever a marker stands: the second pictures of multi-picture files and whatever else
// lies behind go as well.
#include "codec/strip.h"

#include <array>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/jpeg/scan_walk.h"
#include "codec/metadata/icc.h"

namespace whittle::codec {
namespace {

constexpr std::string_view kJfif("JFIF\0", 5);
constexpr std::string_view kExif("Exif\0\0", 6);
constexpr std::string_view kProfile("ICC_PROFILE\0", 12);
constexpr std::size_t kJfifHead = 14;   // without a thumbnail (JFIF 1.02)
constexpr std::size_t kAdobeBody = 12;  // what decoders read of it (Adobe TN 5116, 18)
constexpr std::size_t kLines = 2;       // of DNL, which libjpeg passes over whatever it holds
constexpr std::size_t kLargestBody = 0xFFFF - 2;

// T.81, table B.1.
constexpr std::uint8_t kDac = 0xCC, kDht = 0xC4, kJpg = 0xC8, kSof0 = 0xC0, kSof15 = 0xCF;
constexpr std::uint8_t kRst0 = 0xD0, kRst7 = 0xD7, kSoi = 0xD8, kEoi = 0xD9, kSos = 0xDA;
constexpr std::uint8_t kDqt = 0xDB, kDnl = 0xDC, kDri = 0xDD;
constexpr std::uint8_t kApp0 = 0xE0, kApp2 = 0xE2, kApp14 = 0xEE, kTem = 0x01;

bool IsFrame(std::uint8_t marker) {
  return marker >= kSof0 && marker <= kSof15 && marker != kJpg && marker != kDht && marker != kDac;
}

// T.81, B.2.4.1: tables of 64 numbers of a byte or two, each with a byte before it.
bool HoldsOnlyQuantTables(ByteView body) {
  while (!body.empty()) {
    const std::size_t size = body[0] >> 4 == 0 ? 65 : 129;
    if (body.size() < size) return false;
    body = body.subspan(size);
  }
  return true;
}

void AppendSegment(Bytes& to, std::uint8_t marker, std::string_view name, ByteView body) {
  const std::size_t length = name.size() + body.size() + 2;
  const std::uint8_t head[] = {0xFF, marker, static_cast<std::uint8_t>(length >> 8),
                               static_cast<std::uint8_t>(length)};
  to.Append(head);
  to.Append(AsBytes(name));
  to.Append(body);
}

constexpr std::size_t kRoomForHeads = 32;

// One walk from the start of image to its end.
class Stripper {
 public:
  Stripper(ByteView file, const StripSpec& spec, const Limits& limits)
      : file_(file), spec_(spec), scans_(file, limits, spec.stop) {}

  Expected<Bytes> Run() {
    if (kExif.size() + spec_.exif.size() > kLargestBody) {
      return Fail(ErrorKind::kUnsupported, "EXIF that fits no segment");
    }
    stripped_.Reserve(file_.size() + spec_.exif.size() + kRoomForHeads);
    const std::uint8_t start[] = {0xFF, kSoi};
    stripped_.Append(start);
    at_ = sizeof start;
    while (!scans_.complete()) {
      const std::uint8_t marker = NextMarker();
      if (marker == kEoi) break;
      if (marker == kTem || (marker >= kRst0 && marker <= kRst7)) {
        continue;  // nothing belongs to it
      }
      const ByteView body = TakeBody();
      // Passes are missing, and nothing says that this was meant.
      if (body.data() == nullptr || marker == kSoi) return Fail(ErrorKind::kUndecodable, "no end");
      WHITTLE_CHECK(Keep(marker, body));
    }
    const std::uint8_t end[] = {0xFF, kEoi};
    stripped_.Append(end);
    return std::move(stripped_);
  }

 private:
  // Passes over what is no marker, as decoders do; 0 at the end of the file.
  std::uint8_t NextMarker() {
    while (at_ < file_.size()) {
      const auto* found = static_cast<const std::uint8_t*>(
          std::memchr(file_.data() + at_, 0xFF, file_.size() - at_));
      if (found == nullptr) break;
      at_ = static_cast<std::size_t>(found - file_.data()) + 1;
      while (at_ < file_.size() && file_[at_] == 0xFF) ++at_;  // fill
      if (at_ == file_.size()) break;
      if (const std::uint8_t code = file_[at_++]; code != 0) return code;
    }
    at_ = file_.size();
    return 0;
  }

  // Without data where the file ends in it.
  ByteView TakeBody() {
    if (file_.size() - at_ < 2) return {};
    const std::size_t length = std::size_t{file_[at_]} << 8 | file_[at_ + 1];
    if (length < 2 || file_.size() - at_ < length) return {};
    at_ += length;
    return file_.subspan(at_ - length + 2, length - 2);
  }

  Expected<void> Keep(std::uint8_t marker, ByteView body) {
    const std::string_view text = AsText(body);
    const bool jfif = marker == kApp0 && text.starts_with(kJfif) && body.size() >= kJfifHead;
    if (!jfif) PutExif();  // which stands behind JFIF's where there is one
    if (jfif) {
      const std::uint8_t no_thumbnail[] = {0, 0};
      Bytes head = Bytes::CopyOf(body.first(kJfifHead - sizeof no_thumbnail));
      head.Append(no_thumbnail);
      AppendSegment(stripped_, marker, {}, head.view());
      PutExif();
    } else if (marker == kApp14 && text.starts_with("Adobe") && body.size() >= kAdobeBody) {
      AppendSegment(stripped_, marker, {}, body.first(kAdobeBody));
    } else if (marker == kApp2 && spec_.icc && !in_scans_) {
      KeepProfile(body);
    } else if (marker == kDnl && body.size() == kLines) {
      AppendSegment(stripped_, marker, {}, body);
    } else if (marker == kSos) {
      const bool first = !std::exchange(in_scans_, true);
      if (first) DropBrokenProfile();
      AppendSegment(stripped_, marker, {}, body);
      if (first && stripped_.size() + DataByMarkers() > spec_.most) {
        return Fail(ErrorKind::kTooLarge, "more than is wanted");
      }
      WHITTLE_TRY(at_, scans_.TakeScan(body, at_, stripped_));
    } else {
      return KeepTable(marker, body);
    }
    return {};
  }

  // What the scans hold as far as markers tell, which is quick.
  std::size_t DataByMarkers() {
    const std::size_t start = at_;
    std::size_t bytes = 0;
    for (std::uint8_t marker = kSos; marker == kSos;) {
      const std::size_t from = at_;
      do {
        marker = NextMarker();
      } while (marker >= kRst0 && marker <= kRst7);
      bytes += at_ - from;
      while (marker != 0 && marker != kEoi && marker != kSos) {
        TakeBody();
        marker = NextMarker();
      }
      if (marker == kSos) TakeBody();
    }
    at_ = start;
    return bytes;
  }

  Expected<void> KeepTable(std::uint8_t marker, ByteView body) {
    if (IsFrame(marker)) {
      WHITTLE_CHECK(scans_.TakeFrame(marker, body));
    } else if (marker == kDht) {
      WHITTLE_CHECK(scans_.TakeTables(body));
    } else if (marker == kDri) {
      WHITTLE_CHECK(scans_.TakeRestartInterval(body));
    } else if (marker != kDqt) {
      return {};
    } else if (!HoldsOnlyQuantTables(body)) {
      return Fail(ErrorKind::kUndecodable, "quantisation tables of a wrong length");
    }
    AppendSegment(stripped_, marker, {}, body);
    return {};
  }

  // The first of each number, which is what counts, while all make one profile.
  void KeepProfile(ByteView body) {
    constexpr std::size_t kHead = kProfile.size() + 2;
    if (!AsText(body).starts_with(kProfile) || body.size() < kHead) return;
    icc_.Add(body);
    if (std::exchange(has_piece_[body[kProfile.size()]], true)) return;
    const std::size_t from = stripped_.size();
    AppendSegment(stripped_, kApp2, {}, body);
    pieces_.push_back({from, stripped_.size() - from});
  }

  // Pieces of which no decoder makes a profile.
  void DropBrokenProfile() {
    if (pieces_.empty() || !icc_.Assemble(UINT32_MAX).empty()) return;
    const Bytes all = std::exchange(stripped_, Bytes());
    stripped_.Reserve(file_.size() + spec_.exif.size() + kRoomForHeads);
    std::size_t from = 0;
    for (const Piece& piece : pieces_) {
      stripped_.Append(all.view().subspan(from, piece.at - from));
      from = piece.at + piece.size;
    }
    stripped_.Append(all.view().subspan(from));
  }

  void PutExif() {
    if (!spec_.exif.empty()) AppendSegment(stripped_, 0xE1, kExif, spec_.exif);
    spec_.exif = {};
  }

  ByteView file_;
  StripSpec spec_;
  JpegScanWalk scans_;
  std::size_t at_ = 0;
  Bytes stripped_;
  bool in_scans_ = false;
  // Of the profile: what it is put together of, and where in `stripped_` that stands.
  struct Piece {
    std::size_t at;
    std::size_t size;
  };
  IccChunks icc_;
  std::array<bool, 256> has_piece_{};
  std::vector<Piece> pieces_;
};

}  // namespace

Expected<Bytes> StripJpeg(ByteView file, const StripSpec& spec, const Limits& limits) {
  return Stripper(file, spec, limits).Run();
}

}  // namespace whittle::codec
