#include "sandbox/picture_worker.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "codec/registry.h"
#include "sandbox/picture_messages.h"

namespace whittle::sandbox {
namespace {

Outcome OutcomeOf(const Error& error) {
  Outcome outcome = {.kind = static_cast<std::uint32_t>(error.kind) + 1};
  const std::size_t size = std::min(error.detail.size(), sizeof outcome.detail - 1);
  std::memcpy(outcome.detail, error.detail.data(), size);
  return outcome;
}

// One picture from its first byte to its last row. What is here has been confined.
class PictureJob {
 public:
  PictureJob(const OpenPicture& wanted, ByteView file, std::span<std::uint8_t> window)
      : codec_(codec::ByName(wanted.codec)), limits_(wanted.limits), file_(file), window_(window) {}

  PictureOpened Open() {
    if (codec_ == nullptr) return Refused(Error::Of(ErrorKind::kUnsupported));
    const auto header = codec_->probe(file_, limits_);
    if (!header) return Refused(header.error());
    auto source = codec_->open(file_, limits_, {});
    if (!source) return Refused(source.error());
    source_ = *std::move(source);
    PictureOpened opened = {.width = header->info.width,
                            .height = header->info.height,
                            .orientation = header->info.orientation,
                            .format = static_cast<std::uint8_t>(source_->format()),
                            .icc_bytes = Put(0, header->icc.view()),
                            .decode_bytes = header->decode_bytes};
    if (const auto& cicp = header->colour.cicp) {
      opened.has_cicp = 1;
      opened.primaries = cicp->primaries;
      opened.transfer = cicp->transfer;
    }
    return opened;
  }

  MetadataFound FindMetadata() {
    if (codec_->metadata == nullptr) return {};
    const codec::Metadata found = codec_->metadata(file_, limits_);
    MetadataFound answer;
    answer.exif_bytes = Put(0, found.exif.view());
    answer.xmp_bytes = Put(answer.exif_bytes, found.xmp.view());
    return answer;
  }

  /// As many as there are in one go and fit.
  RowsRead ReadRows() {
    const std::size_t row_bytes = static_cast<std::size_t>(source_->width()) *
                                  static_cast<std::size_t>(PixelBytes(source_->format()));
    const auto most =
        static_cast<int>(std::min<std::size_t>(kRowBytes, window_.size()) / row_bytes);
    RowsRead answer;
    while (answer.rows < most) {
      const pixel::RowSpan room = {
          window_.data() + static_cast<std::size_t>(answer.rows) * row_bytes, row_bytes,
          source_->width(), most - answer.rows, source_->format()};
      const auto count = source_->Read(room);
      if (!count) {
        answer.outcome = OutcomeOf(count.error());
        break;
      }
      if (*count == 0) break;
      answer.rows += *count;
    }
    answer.truncated = source_->truncated();
    return answer;
  }

 private:
  static PictureOpened Refused(const Error& error) { return {.outcome = OutcomeOf(error)}; }
  // How many of `bytes` are in the window: all or, where there is no room, none.
  std::uint32_t Put(std::size_t at, ByteView bytes) {
    if (bytes.empty() || bytes.size() > window_.size() - at) return 0;
    std::memcpy(window_.data() + at, bytes.data(), bytes.size());
    return static_cast<std::uint32_t>(bytes.size());
  }

  const codec::Codec* codec_;
  const Limits limits_;
  const ByteView file_;
  const std::span<std::uint8_t> window_;
  std::unique_ptr<codec::RowSource> source_;
};

bool Run(const Descriptor& server, const Confinement& confinement) {
  OpenPicture wanted;
  GiveWindow given;
  Descriptor file, memory;
  if (!ReceiveMessage(server, wanted, file) || !ReceiveMessage(server, given, memory) ||
      !confinement.Enter({.memory_bytes = wanted.memory_bytes,
                          .time = std::chrono::milliseconds(wanted.milliseconds)})) {
    return false;
  }
  const auto content = Mapping::Of(file, SizeOf(file), /*writable=*/false);
  const auto window = Mapping::Of(memory, SizeOf(memory), /*writable=*/true);
  if (!content || !window) return false;
  PictureJob job(wanted, content->bytes(), window->bytes());
  const PictureOpened opened = job.Open();
  if (!SendMessage(server, opened) || opened.outcome.kind != 0) return true;
  AskMore ask;
  Descriptor none;
  while (ReceiveMessage(server, ask, none)) {
    const bool heard = ask.more == More::kRows ? SendMessage(server, job.ReadRows())
                                               : SendMessage(server, job.FindMetadata());
    if (!heard) return false;
  }
  return true;
}

}  // namespace

std::optional<Work> PreparePictures() { return Work{.run = Run}; }

}  // namespace whittle::sandbox
