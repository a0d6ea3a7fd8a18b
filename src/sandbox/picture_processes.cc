#include "sandbox/picture_processes.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/checked.h"
#include "codec/metadata/icc.h"

namespace whittle::sandbox {
namespace {

using Clock = Worker::Clock;

// The worker's own clock is the second fence, for when nobody is there to kill it.
constexpr auto kGrace = std::chrono::milliseconds(500);

// Address space besides what a decoder holds: mimalloc takes it by segments of 32 MiB for each
// thread, and a thread's stack is 8 MiB.
constexpr std::uint64_t kSlack = 256ULL << 20;
constexpr std::uint32_t kLongestSide = 65535;
static_assert(kLongestSide * 8 <= kRowBytes, "a row of 16-bit RGBA fits the window");

Error Nonsense() { return Error::Of(ErrorKind::kInternal, "the process for it says nonsense"); }

// What decoding may say of a picture, with a text that is fit for a log.
Error ErrorOf(const Outcome& outcome) {
  constexpr ErrorKind kSayable[] = {ErrorKind::kUnsupported, ErrorKind::kUndecodable,
                                    ErrorKind::kTooLarge, ErrorKind::kInternal};
  const auto kind = static_cast<ErrorKind>(outcome.kind - 1);
  if (std::ranges::find(kSayable, kind) == std::end(kSayable)) return Nonsense();
  std::string detail(outcome.detail, strnlen(outcome.detail, sizeof outcome.detail));
  std::ranges::replace_if(detail, [](char c) { return c < ' ' || c > '~'; }, '?');
  return Error::Of(kind, std::move(detail));
}

// A worker with a picture, and the memory that it shares with us.
struct Remote {
  Remote(std::unique_ptr<Worker> process, Mapping shared)
      : worker(std::move(process)), window(std::move(shared)) {}

  /// A stop request kills the worker, since decoders look at none for long.
  template <class Reply>
  Expected<Reply> Ask(More more, const std::stop_token& stop) {
    const auto reply = [&]() -> Expected<Reply> {
      const std::stop_callback kill(stop, [this] { worker->Kill(); });
      if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
      return worker->Ask<Reply>(AskMore{more});
    }();
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    return reply;
  }

  std::unique_ptr<Worker> worker;
  Mapping window;
};

class RemoteRows final : public codec::RowSource {
 public:
  RemoteRows(std::shared_ptr<Remote> remote, int width, int height, pixel::PixelFormat format,
             std::stop_token stop)
      : remote_(std::move(remote)),
        width_(width),
        height_(height),
        format_(format),
        stop_(std::move(stop)) {}

  int width() const override { return width_; }
  int height() const override { return height_; }
  pixel::PixelFormat format() const override { return format_; }
  bool truncated() const override { return truncated_; }

  Expected<int> Read(pixel::RowSpan batch) override {
    assert(batch.width == width_ && batch.format == format_);
    if (error_) return std::unexpected(*error_);
    if (next_row_ >= height_ || batch.rows <= 0) return 0;
    if (next_row_ == window_end_) {
      if (auto more = ReadMore(); !more) {
        error_ = more.error();
        return std::unexpected(*error_);
      }
    }
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    const int count = std::min(batch.rows, window_end_ - next_row_);
    const std::size_t bytes = batch.row_bytes();
    for (int i = 0; i < count; ++i) {
      const auto row = static_cast<std::size_t>(next_row_ - window_begin_ + i);
      std::memcpy(batch.row(i), remote_->window.bytes().data() + row * bytes, bytes);
    }
    next_row_ += count;
    return count;
  }

 private:
  // An error that comes behind some rows is told when these have been read.
  Expected<void> ReadMore() {
    if (behind_) return std::unexpected(*behind_);
    WHITTLE_TRY(const RowsRead read, remote_->Ask<RowsRead>(More::kRows, stop_));
    const std::size_t row_bytes =
        static_cast<std::size_t>(width_) * static_cast<std::size_t>(PixelBytes(format_));
    const auto most = std::min<std::int64_t>(static_cast<std::int64_t>(kRowBytes / row_bytes),
                                             height_ - next_row_);
    if (read.rows < 0 || read.rows > most || (read.rows == 0 && read.outcome.kind == 0)) {
      return std::unexpected(Nonsense());
    }
    if (read.outcome.kind != 0) behind_ = ErrorOf(read.outcome);
    if (read.rows == 0) return std::unexpected(*behind_);
    truncated_ = truncated_ || read.truncated != 0;
    window_begin_ = next_row_;
    window_end_ = next_row_ + read.rows;
    return {};
  }

  std::shared_ptr<Remote> remote_;
  const int width_, height_;
  const pixel::PixelFormat format_;
  std::stop_token stop_;
  int next_row_ = 0;
  int window_begin_ = 0;  // the rows that are in the window
  int window_end_ = 0;
  bool truncated_ = false;
  std::optional<Error> behind_;
  std::optional<Error> error_;
};

class RemotePicture final : public codec::OpenedPicture {
 public:
  RemotePicture(std::shared_ptr<Remote> remote, const codec::Header& header, std::uint32_t most)
      : remote_(std::move(remote)),
        width_(static_cast<int>(header.info.width)),
        height_(static_cast<int>(header.info.height)),
        format_(header.format),
        most_(most) {}

  codec::Metadata FindMetadata(const std::stop_token& stop) override {
    const auto found = remote_->Ask<MetadataFound>(More::kMetadata, stop);
    if (!found || found->exif_bytes > most_ || found->xmp_bytes > most_) return {};
    const ByteView window = remote_->window.bytes();
    codec::Metadata metadata;
    metadata.exif = Bytes::CopyOf(window.first(found->exif_bytes));
    metadata.xmp = Bytes::CopyOf(window.subspan(found->exif_bytes, found->xmp_bytes));
    return metadata;
  }
  Expected<std::unique_ptr<codec::RowSource>> Rows(std::stop_token stop) override {
    return std::make_unique<RemoteRows>(remote_, width_, height_, format_, std::move(stop));
  }

 private:
  std::shared_ptr<Remote> remote_;
  const int width_, height_;
  const pixel::PixelFormat format_;
  const std::uint32_t most_;  // bytes of EXIF, and of XMP
};

// Only what our codecs for such formats can say.
Expected<codec::Header> HeaderOf(const codec::Codec& codec, const PictureOpened& opened,
                                 ByteView window, const Limits& limits) {
  using enum pixel::PixelFormat;
  constexpr pixel::PixelFormat kFormats[] = {kRgb8, kRgba8, kRgb16, kRgba16};
  const auto format = static_cast<pixel::PixelFormat>(opened.format);
  if (opened.width == 0 || opened.height == 0 || opened.width > kLongestSide ||
      opened.height > kLongestSide || opened.orientation < 1 || opened.orientation > 8 ||
      std::uint64_t{opened.width} * opened.height > limits.max_source_pixels ||
      std::ranges::find(kFormats, format) == std::end(kFormats) ||
      opened.icc_bytes > limits.max_icc_bytes || opened.decode_bytes > limits.max_working_bytes) {
    return std::unexpected(Nonsense());
  }
  codec::Header header;
  header.format = format;
  header.info.format = codec.name;
  header.info.width = opened.width;
  header.info.height = opened.height;
  header.info.orientation = opened.orientation;
  header.info.channels = 3;
  header.info.alpha = pixel::HasAlpha(format);
  header.info.bits = pixel::IsWide(format) ? 16 : 8;
  header.icc = Bytes::CopyOf(window.first(opened.icc_bytes));
  if (!header.icc.empty() && !codec::IccSuits(header.icc.view(), 3)) header.icc = {};
  header.info.icc_bytes = static_cast<std::uint32_t>(header.icc.size());
  if (header.icc.empty() && opened.has_cicp != 0) {
    header.colour.cicp = {.primaries = opened.primaries, .transfer = opened.transfer};
  }
  return header;
}

}  // namespace

Expected<codec::Header> PictureProcesses::Open(const codec::Codec& codec, ByteView file,
                                               const Limits& limits,
                                               const std::stop_token& stop) const {
  if (file.size() > limits.max_source_bytes) return Fail(ErrorKind::kTooLarge, "source bytes");
  const auto deadline = Clock::now() + time_;
  // Pages of it are memory from when they are touched on.
  const std::size_t window_bytes =
      std::max<std::size_t>(kRowBytes, std::size_t{2} * limits.max_icc_bytes);
  WHITTLE_TRY(const Descriptor content, FileOf(file));
  WHITTLE_TRY(const Descriptor memory, FileOfSize(window_bytes));
  auto window = Mapping::Of(memory, window_bytes, /*writable=*/false);
  if (!window) return Fail(ErrorKind::kInternal, "no address space for a picture");
  WHITTLE_TRY(auto worker, workers_.Start(deadline));
  OpenPicture question = {
      .limits = limits,
      .memory_bytes = SaturatingAdd(limits.max_working_bytes, kSlack + window_bytes + file.size()),
      .milliseconds = (time_ + kGrace).count()};
  codec.name.copy(question.codec, sizeof question.codec - 1);
  worker->Tell(question, content);
  const auto answer = [&] {
    const std::stop_callback kill(stop, [&worker] { worker->Kill(); });
    return worker->Ask<PictureOpened>(GiveWindow{}, memory);
  }();
  if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  WHITTLE_TRY(const PictureOpened opened, answer);
  if (opened.outcome.kind != 0) return std::unexpected(ErrorOf(opened.outcome));
  WHITTLE_TRY(codec::Header header, HeaderOf(codec, opened, window->bytes(), limits));
  // The file is there twice, and the window.
  header.decode_bytes = SaturatingAdd(opened.decode_bytes, file.size() + kRowBytes);
  header.opened = std::make_unique<RemotePicture>(
      std::make_shared<Remote>(std::move(worker), *std::move(window)), header,
      limits.max_icc_bytes);
  return header;
}

}  // namespace whittle::sandbox
