// QOI, the Quite OK Image format, read and written, by its specification of 2022
// (qoiformat.org/qoi-specification.pdf): 8 bits, RGB or RGBA, sRGB or linear.
//
// Rows are decoded and encoded as they come, without anything held but 64 colours.
#include <algorithm>
#include <array>
#include <cassert>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "codec/codec.h"
#include "codec/encoder_memory.h"
#include "codec/fill_rows.h"

namespace whittle::codec {
namespace {

constexpr pixel::PixelFormat kWrites[] = {pixel::PixelFormat::kRgb8, pixel::PixelFormat::kRgba8};
constexpr std::string_view kExtensions[] = {"qoi"};
constexpr std::string_view kMagic = "qoif";
constexpr std::size_t kHeaderBytes = 14;
constexpr std::uint8_t kEnd[] = {0, 0, 0, 0, 0, 0, 0, 1};

constexpr std::uint8_t kRgb = 0xFE,
                       kRgba = 0xFF;  // whole bytes; of others the upper two bits count
constexpr std::uint8_t kIndex = 0x00, kDiff = 0x40, kLuma = 0x80, kRun = 0xC0;
constexpr int kLongestRun = 62;

using Pixel = std::array<std::uint8_t, 4>;

// What decoder and encoder both remember.
struct Seen {
  Pixel last = {0, 0, 0, 255};
  std::array<Pixel, 64> colours = {};

  static std::size_t Place(const Pixel& p) {
    return (p[0] * 3U + p[1] * 5U + p[2] * 7U + p[3] * 11U) % 64;
  }
};

std::uint32_t Number(ByteView file, std::size_t at) {
  return std::uint32_t{file[at]} << 24 | std::uint32_t{file[at + 1]} << 16 |
         std::uint32_t{file[at + 2]} << 8 | file[at + 3];
}

bool SniffQoi(ByteView head) {
  return head.size() >= kHeaderBytes && AsText(head).starts_with(kMagic);
}

Expected<Header> ProbeQoi(ByteView file, const Limits& limits) {
  if (file.size() > limits.max_source_bytes) return Fail(ErrorKind::kTooLarge, "too many bytes");
  if (!SniffQoi(file)) return Fail(ErrorKind::kUndecodable, "no QOI header");
  Header header;
  header.info.format = "qoi";
  header.info.width = Number(file, 4);
  header.info.height = Number(file, 8);
  const int channels = file[12], space = file[13];
  if (header.info.width == 0 || header.info.height == 0 || channels < 3 || channels > 4 ||
      space > 1) {
    return Fail(ErrorKind::kUndecodable, "no such QOI");
  }
  if (std::uint64_t{header.info.width} * header.info.height > limits.max_source_pixels) {
    return Fail(ErrorKind::kTooLarge, "too many pixels");
  }
  header.info.channels = 3;
  header.info.alpha = channels == 4;
  header.format = header.info.alpha ? pixel::PixelFormat::kRgba8 : pixel::PixelFormat::kRgb8;
  constexpr std::uint8_t kBt709 = 1, kLinear = 8;
  if (space == 1) header.colour.cicp = {.primaries = kBt709, .transfer = kLinear};
  header.decode_bytes = 4096 + 8 * std::uint64_t{header.info.width};
  if (header.decode_bytes > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "decoder needs more than max_working_bytes");
  }
  return header;
}

class QoiSource final : public RowSource {
 public:
  QoiSource(ByteView file, const Header& header, std::stop_token stop)
      : data_(file.subspan(kHeaderBytes)),
        width_(static_cast<int>(header.info.width)),
        height_(static_cast<int>(header.info.height)),
        format_(header.format),
        stop_(std::move(stop)) {}
  int width() const override { return width_; }
  int height() const override { return height_; }
  pixel::PixelFormat format() const override { return format_; }
  bool truncated() const override { return !mean_.empty(); }

  Expected<int> Read(pixel::RowSpan batch) override {
    assert(batch.width == width_ && batch.format == format_);
    const int count = std::min(batch.rows, height_ - next_row_);
    for (int y = 0; y < count; ++y, ++next_row_) {
      if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
      if (mean_.empty() && !ReadRow(batch.row(y))) {
        if (next_row_ == 0) return Fail(ErrorKind::kUndecodable, "ends before its first row does");
        mean_ = MeanPixel(y > 0 ? batch.Slice(y - 1, 1) : LastRow());
      }
      if (!mean_.empty()) FillRows(batch.Slice(y, 1), mean_);
    }
    if (count > 0 && mean_.empty()) {
      last_row_.assign(batch.row(count - 1), batch.row(count - 1) + batch.row_bytes());
    }
    return count;
  }

 private:
  pixel::ConstRowSpan LastRow() const {
    return {last_row_.data(), last_row_.size(), width_, 1, format_};
  }

  // False where the data ends within the row.
  bool ReadRow(std::uint8_t* to) {
    const std::size_t channels = HasAlpha(format_) ? 4 : 3;
    for (int x = 0; x < width_; ++x, to += channels) {
      if (run_ > 0) {
        --run_;
      } else if (!ReadPixel()) {
        return false;
      }
      std::copy_n(seen_.last.begin(), channels, to);
    }
    return true;
  }

  bool ReadPixel() {
    if (data_.size() <= sizeof kEnd) return false;  // so that every chunk is whole
    const std::uint8_t tag = data_[0];
    Pixel& p = seen_.last;
    std::size_t taken = 1;
    const auto add = [&p](int red, int green, int blue) {
      p[0] = static_cast<std::uint8_t>(p[0] + red);
      p[1] = static_cast<std::uint8_t>(p[1] + green);
      p[2] = static_cast<std::uint8_t>(p[2] + blue);
    };
    if (tag == kRgb || tag == kRgba) {
      taken = tag == kRgb ? 4 : 5;
      std::copy_n(data_.begin() + 1, taken - 1, p.begin());
    } else if ((tag & 0xC0) == kIndex) {
      p = seen_.colours[tag];
    } else if ((tag & 0xC0) == kDiff) {
      add((tag >> 4 & 3) - 2, (tag >> 2 & 3) - 2, (tag & 3) - 2);
    } else if ((tag & 0xC0) == kLuma) {
      const int green = (tag & 63) - 32;
      add(green + (data_[1] >> 4) - 8, green, green + (data_[1] & 15) - 8);
      taken = 2;
    } else {
      run_ = tag & 63;  // after this one
    }
    seen_.colours[Seen::Place(p)] = p;
    data_ = data_.subspan(taken);
    return true;
  }

  ByteView data_;  // what is not read yet
  const int width_, height_;
  const pixel::PixelFormat format_;
  const std::stop_token stop_;
  Seen seen_;
  int run_ = 0;  // pixels that are like the last
  int next_row_ = 0;
  std::vector<std::uint8_t> last_row_;  // of the batch before
  std::vector<std::uint8_t> mean_;      // a pixel, once rows are missing
};

class QoiSink final : public RowSink {
 public:
  explicit QoiSink(const EncodeSpec& spec)
      : width_(spec.width), rows_left_(spec.height), format_(spec.format), stop_(spec.stop) {
    std::array<std::uint8_t, kHeaderBytes> header = {'q', 'o', 'i', 'f'};
    for (std::size_t i = 0; i < 4; ++i) {
      header[4 + i] = static_cast<std::uint8_t>(spec.width >> (24 - 8 * i));
      header[8 + i] = static_cast<std::uint8_t>(spec.height >> (24 - 8 * i));
    }
    header[12] = HasAlpha(format_) ? 4 : 3;
    file_.Append(header);
  }

  Expected<void> Write(pixel::ConstRowSpan rows) override {
    if (error_) return std::unexpected(*error_);
    if (rows.format != format_ || rows.width != width_ || rows.rows > rows_left_) {
      return Failed(ErrorKind::kInternal, "rows do not fit the encoded picture");
    }
    for (int y = 0; y < rows.rows; ++y, --rows_left_) {
      if (stop_.stop_requested()) return Failed(ErrorKind::kCancelled, "amid a picture");
      WriteRow(rows.row(y));
    }
    return {};
  }

  Expected<Bytes> Finish() override {
    if (error_) return std::unexpected(*error_);
    if (rows_left_ > 0) return Failed(ErrorKind::kInternal, "rows are missing");
    EndRun();
    file_.Append(kEnd);
    error_ = Error::Of(ErrorKind::kInternal, "finished twice");
    return std::move(file_);
  }

 private:
  std::unexpected<Error> Failed(ErrorKind kind, const char* detail) {
    error_ = Error::Of(kind, detail);
    return std::unexpected(*error_);
  }

  void EndRun() {
    if (run_ > 0) Put({static_cast<std::uint8_t>(kRun | (run_ - 1))});
    run_ = 0;
  }
  void Put(std::initializer_list<std::uint8_t> chunk) {
    file_.Append({chunk.begin(), chunk.size()});
  }

  void WriteRow(const std::uint8_t* from) {
    const std::size_t channels = HasAlpha(format_) ? 4 : 3;
    for (int x = 0; x < width_; ++x, from += channels) {
      Pixel p = {0, 0, 0, 255};
      std::copy_n(from, channels, p.begin());
      if (p == seen_.last) {
        if (++run_ == kLongestRun) EndRun();
        continue;
      }
      EndRun();
      WritePixel(p);
      seen_.last = seen_.colours[Seen::Place(p)] = p;
    }
  }

  void WritePixel(const Pixel& p) {
    const auto place = Seen::Place(p);
    if (seen_.colours[place] == p) return Put({static_cast<std::uint8_t>(kIndex | place)});
    if (p[3] != seen_.last[3]) return Put({kRgba, p[0], p[1], p[2], p[3]});
    const auto change = [&](std::size_t c) {
      return static_cast<std::int8_t>(p[c] - seen_.last[c]);
    };
    const auto red = change(0), green = change(1), blue = change(2);
    const auto within = [](int value, int half) { return value >= -half && value < half; };
    if (within(red, 2) && within(green, 2) && within(blue, 2)) {
      return Put(
          {static_cast<std::uint8_t>(kDiff | (red + 2) << 4 | (green + 2) << 2 | (blue + 2))});
    }
    if (within(green, 32) && within(red - green, 8) && within(blue - green, 8)) {
      return Put({static_cast<std::uint8_t>(kLuma | (green + 32)),
                  static_cast<std::uint8_t>((red - green + 8) << 4 | (blue - green + 8))});
    }
    Put({kRgb, p[0], p[1], p[2]});
  }

  const int width_;
  int rows_left_;
  const pixel::PixelFormat format_;
  const std::stop_token stop_;
  Seen seen_;
  int run_ = 0;  // pixels like the last that are not written yet
  Bytes file_;
  std::optional<Error> error_;
};

Expected<std::unique_ptr<RowSource>> OpenQoi(ByteView file, const Limits& limits,
                                             std::stop_token stop) {
  WHITTLE_TRY(const Header header, ProbeQoi(file, limits));
  return std::make_unique<QoiSource>(file, header, std::move(stop));
}

constexpr int kMaxSide = 65535;

Expected<std::unique_ptr<RowSink>> CreateQoi(const EncodeSpec& spec) {
  const bool fits = spec.width >= 1 && spec.width <= kMaxSide && spec.height >= 1 &&
                    spec.height <= kMaxSide &&
                    std::ranges::find(kWrites, spec.format) != std::end(kWrites);
  if (!fits) return Fail(ErrorKind::kBadRequest, "no picture of this shape");
  return std::make_unique<QoiSink>(spec);
}

// A pixel takes a byte more than its samples at most, and the file grows by half at a time.
EncoderMemory QoiMemory(const EncodeSpec& spec) {
  const CodedSize picture(spec);
  return EncoderMemory::Streams(4 * kKiB + (picture.frame + picture.pixels) * 3 / 2);
}

std::string_view QoiVersion() { return "qoi 1"; }

}  // namespace

extern const Codec kQoi;
const Codec kQoi = {
    .name = "qoi",
    .mime = "image/qoi",
    .extensions = kExtensions,
    .writes = kWrites,
    .max_side = kMaxSide,
    .carries_icc = false,
    .decode_ns = 4,
    .encode_ns = 5,
    .sniff = SniffQoi,
    .probe = ProbeQoi,
    .open = OpenQoi,
    .create = CreateQoi,
    .encoder_memory = QoiMemory,
    .library_version = QoiVersion,
};

}  // namespace whittle::codec
