#include "codec/jpeg/scan_walk.h"

#include <algorithm>
#include <utility>

namespace whittle::codec {
namespace {

constexpr unsigned kCoefficients = 64;
constexpr std::uint8_t kSof0 = 0xC0, kSof1 = 0xC1, kSof2 = 0xC2, kRst0 = 0xD0;
constexpr std::uint8_t kNothingYet = 0xFF;  // of a coefficient's bits

Expected<void> Damaged(const char* what) { return Fail(ErrorKind::kUndecodable, what); }
std::unexpected<Error> Irregular() {
  return FailSaying(ErrorKind::kUnsupported,
                    "a JPEG whose scans are damaged cannot be stripped: nobody knows their end");
}

std::uint32_t Number16(ByteView body, std::size_t at) {
  return std::uint32_t{body[at]} << 8 | body[at + 1];
}
std::uint32_t UnitsOf(std::uint64_t size, std::uint32_t unit) {
  return static_cast<std::uint32_t>((size + unit - 1) / unit);
}

}  // namespace

// The bits of one restart interval, without stuffing, up to the next marker.
class JpegScanWalk::Bits {
 public:
  Bits(ByteView file, std::size_t at) : file_(file), at_(at) {}

  /// False: there are not so many. At most 16.
  bool Skip(unsigned count) {
    if (count_ < count) Fill();
    if (count_ < count) return false;
    bits_ <<= count;
    count_ -= count;
    return true;
  }
  bool Take(unsigned count, unsigned& value) {
    if (count_ < count) Fill();
    value = count == 0 ? 0 : static_cast<unsigned>(bits_ >> (64 - count));
    return Skip(count);
  }
  bool TakeSymbol(const jpeg::CodeFinder& codes, unsigned& symbol) {
    constexpr unsigned kLongest = 16;
    if (count_ < kLongest) Fill();
    const auto found = codes.Find(static_cast<std::uint16_t>(bits_ >> 48));
    symbol = found.symbol;
    return found.length != 0 && Skip(found.length);
  }
  /// Behind the byte of which the last bit was taken.
  std::size_t end() const {
    std::size_t at = at_;
    for (unsigned unread = count_ / 8; unread > 0; --unread) {
      const bool stuffed = file_[at - 1] == 0 && file_[at - 2] == 0xFF;
      at -= stuffed ? 2 : 1;
    }
    return at;
  }

 private:
  void Fill() {
    constexpr unsigned kRoom = 56;
    while (count_ <= kRoom && at_ < file_.size()) {
      const std::uint8_t byte = file_[at_];
      if (byte == 0xFF) {
        if (at_ + 1 == file_.size() || file_[at_ + 1] != 0) return;
        ++at_;
      }
      ++at_;
      bits_ |= std::uint64_t{byte} << (kRoom - count_);
      count_ += 8;
    }
  }

  ByteView file_;
  std::size_t at_;
  std::uint64_t bits_ = 0;  // left-aligned, zeros behind them
  unsigned count_ = 0;
};

// ---- Headers

Expected<void> JpegScanWalk::TakeFrame(std::uint8_t marker, ByteView body) {
  if (marker != kSof0 && marker != kSof1 && marker != kSof2) {
    return FailSaying(ErrorKind::kUnsupported,
                      "a JPEG of arithmetic or lossless coding cannot be stripped");
  }
  if (!components_.empty()) return Damaged("a second frame");
  if (body.size() < 6 || body[5] == 0 || body.size() != 6 + std::size_t{3} * body[5]) {
    return Damaged("a frame's header of a wrong length");
  }
  constexpr std::uint8_t kMostComponents = 4;  // of pictures that anything here decodes
  if (body[0] != 8 || body[5] > kMostComponents) {
    return Fail(ErrorKind::kUnsupported, "not 8 bits, or more than four components");
  }
  progressive_ = marker == kSof2;
  height_ = Number16(body, 1);
  width_ = Number16(body, 3);
  const std::uint64_t pixels = std::uint64_t{width_} * height_;
  if (pixels == 0) return Damaged("an empty frame");
  if (pixels > limits_.max_source_pixels) return Fail(ErrorKind::kTooLarge, "pixels");
  for (std::size_t at = 6; at < body.size(); at += 3) {
    Component next;
    next.id = body[at];
    next.h = body[at + 1] >> 4;
    next.v = body[at + 1] & 15;
    next.missing.fill(kNothingYet);
    if (next.h < 1 || next.h > 4 || next.v < 1 || next.v > 4) return Damaged("sampling factors");
    for (const Component& other : components_) {
      if (other.id == next.id) return Fail(ErrorKind::kUnsupported, "components of one name");
    }
    h_most_ = std::max(h_most_, next.h);
    v_most_ = std::max(v_most_, next.v);
    components_.push_back(std::move(next));
  }
  std::uint64_t blocks = 0;
  for (Component& each : components_) {
    each.columns = UnitsOf(std::uint64_t{width_} * each.h, 8 * h_most_);
    each.rows = UnitsOf(std::uint64_t{height_} * each.v, 8 * v_most_);
    blocks += std::uint64_t{each.columns} * each.rows;
  }
  if (!progressive_) return {};
  if (blocks * sizeof(std::uint64_t) > limits_.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "more blocks than max_working_bytes has room for");
  }
  for (Component& each : components_) each.nonzero.resize(std::size_t{each.columns} * each.rows);
  return {};
}

Expected<void> JpegScanWalk::TakeTables(ByteView body) {
  constexpr std::size_t kHead = 17;
  while (!body.empty()) {
    if (body.size() < kHead || (body[0] & 0x0F) > 3 || body[0] >> 4 > 1) {
      return Damaged("a table without a head");
    }
    jpeg::HuffmanSpec spec;
    std::copy_n(body.begin() + 1, spec.counts.size(), spec.counts.begin());
    const auto size = static_cast<std::size_t>(spec.size());
    if (size > spec.symbols.size() || size > body.size() - kHead) return Damaged("a table's codes");
    std::copy_n(body.begin() + kHead, size, spec.symbols.begin());
    (body[0] >> 4 == 0 ? dc_ : ac_)[body[0] & 3] = jpeg::CodeFinder::Of(spec);
    body = body.subspan(kHead + size);
  }
  return {};
}

Expected<void> JpegScanWalk::TakeRestartInterval(ByteView body) {
  if (body.size() != 2) return Damaged("a restart interval of a wrong length");
  restart_interval_ = Number16(body, 0);
  return {};
}

Expected<std::vector<JpegScanWalk::Part>> JpegScanWalk::PartsOf(ByteView header) {
  constexpr std::size_t kMostParts = 4;
  if (header.empty() || header[0] == 0 || header[0] > kMostParts ||
      header.size() != 4 + std::size_t{2} * header[0]) {
    return Fail(ErrorKind::kUndecodable, "a scan's header of a wrong length");
  }
  std::vector<Part> parts;
  for (std::size_t at = 1; at + 3 < header.size(); at += 2) {
    const auto component = std::ranges::find(components_, header[at], &Component::id);
    const std::size_t dc = header[at + 1] >> 4, ac = header[at + 1] & 15;
    if (component == components_.end() || dc > 3 || ac > 3) {
      return Fail(ErrorKind::kUndecodable, "a scan of unknown components or tables");
    }
    const auto is_it = [&](const Part& part) { return part.component == &*component; };
    if (std::ranges::any_of(parts, is_it)) return Irregular();
    parts.push_back({&*component, dc_[dc] ? &*dc_[dc] : nullptr, ac_[ac] ? &*ac_[ac] : nullptr});
  }
  const ByteView passes = header.last(3);
  from_ = passes[0];
  to_ = passes[1];
  high_ = passes[2] >> 4;
  low_ = passes[2] & 15;
  return parts;
}

// Marks what the scan gives.
Expected<void> JpegScanWalk::CheckPasses(const std::vector<Part>& parts) {
  constexpr unsigned kMostLow = 13;
  if (progressive_) {
    const bool bands = from_ == 0 ? to_ == 0 : from_ <= to_ && parts.size() == 1;
    if (!bands || to_ >= kCoefficients || low_ > kMostLow || (high_ != 0 && low_ + 1 != high_)) {
      return Irregular();
    }
  }
  const bool needs_dc = !progressive_ || (from_ == 0 && high_ == 0);
  const bool needs_ac = !progressive_ || from_ > 0;
  std::uint32_t blocks = 0;
  for (const Part& part : parts) {
    if ((needs_dc && part.dc == nullptr) || (needs_ac && part.ac == nullptr)) return Irregular();
    blocks += part.component->h * part.component->v;
    part.component->seen = true;
    if (!progressive_) continue;
    std::fill(part.component->missing.begin() + from_, part.component->missing.begin() + to_ + 1,
              static_cast<std::uint8_t>(low_));
  }
  constexpr std::uint32_t kMostBlocks = 10;  // of an MCU (T.81, B.2.3)
  if (parts.size() > 1 && blocks > kMostBlocks) return Damaged("too many blocks in an MCU");
  return {};
}

bool JpegScanWalk::IsComplete() const {
  return std::ranges::all_of(components_, [this](const Component& each) {
    if (!progressive_) return each.seen;
    return std::ranges::all_of(each.missing, [](std::uint8_t bits) { return bits == 0; });
  });
}

// ---- Blocks: false where one is not as it should be

bool JpegScanWalk::WalkSequential(Bits& bits, const Part& part) const {
  unsigned symbol = 0;
  if (!bits.TakeSymbol(*part.dc, symbol) || symbol > 15 || !bits.Skip(symbol)) return false;
  for (unsigned k = 1; k < kCoefficients; ++k) {
    if (!bits.TakeSymbol(*part.ac, symbol)) return false;
    if (symbol == 0) return true;
    const unsigned size = symbol & 15;
    if (size == 0 && symbol != 0xF0) return false;
    k += symbol >> 4;
    if (k >= kCoefficients || !bits.Skip(size)) return false;
  }
  return true;
}

bool JpegScanWalk::WalkFirst(Bits& bits, const Part& part, std::uint64_t& nonzero) {
  if (blocks_to_end_ > 0) {
    --blocks_to_end_;
    return true;
  }
  for (unsigned k = from_; k <= to_; ++k) {
    unsigned symbol = 0;
    if (!bits.TakeSymbol(*part.ac, symbol)) return false;
    const unsigned run = symbol >> 4, size = symbol & 15;
    if (size == 0 && run != 15) {
      unsigned more = 0;
      if (!bits.Take(run, more)) return false;
      blocks_to_end_ = (1U << run) + more - 1;
      return true;
    }
    k += run;
    constexpr unsigned kMostBits = 14;  // of a coefficient that is not 0 when it is shifted
    if (k > to_ || size + low_ > kMostBits || !bits.Skip(size)) return false;
    if (size != 0) nonzero |= std::uint64_t{1} << k;
  }
  return true;
}

bool JpegScanWalk::WalkRefining(Bits& bits, const Part& part, std::uint64_t& nonzero) {
  unsigned k = from_;
  const std::uint64_t before = nonzero;
  const auto was = [before](unsigned at) { return (before >> at & 1) != 0; };
  if (blocks_to_end_ == 0) {
    for (; k <= to_; ++k) {
      unsigned symbol = 0;
      if (!bits.TakeSymbol(*part.ac, symbol)) return false;
      unsigned run = symbol >> 4;
      const unsigned size = symbol & 15;
      if (size > 1) return false;
      if (size == 0 && run != 15) {
        unsigned more = 0;
        if (!bits.Take(run, more)) return false;
        blocks_to_end_ = (1U << run) + more;
        break;
      }
      if (!bits.Skip(size)) return false;  // the new coefficient's sign
      for (; k <= to_; ++k) {
        if (was(k)) {
          if (!bits.Skip(1)) return false;
        } else if (run-- == 0) {
          break;
        }
      }
      if (k > to_) return size == 0;  // zeros may fill the band up
      if (size != 0) nonzero |= std::uint64_t{1} << k;
    }
  }
  if (blocks_to_end_ == 0) return true;
  for (; k <= to_; ++k) {
    if (was(k) && !bits.Skip(1)) return false;
  }
  --blocks_to_end_;
  return true;
}

bool JpegScanWalk::WalkBlock(Bits& bits, const Part& part, std::uint64_t* nonzero) {
  if (!progressive_) return WalkSequential(bits, part);
  if (from_ > 0) {
    return high_ == 0 ? WalkFirst(bits, part, *nonzero) : WalkRefining(bits, part, *nonzero);
  }
  unsigned size = 1;
  if (high_ == 0 && (!bits.TakeSymbol(*part.dc, size) || size > 15)) return false;
  return bits.Skip(size);
}

bool JpegScanWalk::WalkMcu(Bits& bits, const std::vector<Part>& parts, std::size_t mcu) {
  if (parts.size() == 1) {
    std::vector<std::uint64_t>& nonzero = parts[0].component->nonzero;
    return WalkBlock(bits, parts[0], nonzero.empty() ? nullptr : &nonzero[mcu]);
  }
  return std::ranges::all_of(parts, [&](const Part& part) {
    for (std::uint32_t i = part.component->h * part.component->v; i > 0; --i) {
      if (!WalkBlock(bits, part, nullptr)) return false;
    }
    return true;
  });
}

// ---- Scans

Expected<std::size_t> JpegScanWalk::TakeScan(ByteView header, std::size_t at, Bytes& to) {
  if (components_.empty()) return Fail(ErrorKind::kUndecodable, "a scan without a frame");
  WHITTLE_TRY(const auto parts, PartsOf(header));
  WHITTLE_CHECK(CheckPasses(parts));
  const std::uint64_t pixels = std::uint64_t{width_} * height_;
  ++scans_;
  if (scans_ > limits_.max_scans || scans_ > limits_.max_scan_pixels / pixels) {
    return Fail(ErrorKind::kTooLarge, "scans");
  }
  const std::size_t mcus =
      parts.size() == 1 ? std::size_t{parts[0].component->columns} * parts[0].component->rows
                        : std::size_t{UnitsOf(width_, 8 * h_most_)} * UnitsOf(height_, 8 * v_most_);
  std::size_t from = at;
  std::uint8_t restart = kRst0;
  Bits bits(file_, from);
  blocks_to_end_ = 0;
  for (std::size_t mcu = 0; mcu < mcus; ++mcu) {
    constexpr std::size_t kStride = 4096;  // some tenths of a millisecond
    if (mcu % kStride == 0 && stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    if (restart_interval_ != 0 && mcu != 0 && mcu % restart_interval_ == 0) {
      to.Append(file_.subspan(from, bits.end() - from));
      const auto marker = std::ranges::find(file_.subspan(bits.end()), std::uint8_t{0xFF});
      from = static_cast<std::size_t>(marker - file_.begin());
      while (from + 1 < file_.size() && file_[from + 1] == 0xFF) ++from;  // fill
      if (from + 1 >= file_.size() || file_[from + 1] != restart) return Irregular();
      to.Append(file_.subspan(from, 2));
      from += 2;
      restart = restart == kRst0 + 7 ? kRst0 : static_cast<std::uint8_t>(restart + 1);
      bits = Bits(file_, from);
      blocks_to_end_ = 0;
    }
    if (!WalkMcu(bits, parts, mcu)) return Irregular();
  }
  to.Append(file_.subspan(from, bits.end() - from));
  complete_ = IsComplete();
  return bits.end();
}

}  // namespace whittle::codec
