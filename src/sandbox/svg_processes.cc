#include "sandbox/svg_processes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <utility>

#include "sandbox/svg_messages.h"

namespace whittle::sandbox {
namespace {

using Clock = Worker::Clock;

// The worker's own clock is the second fence, for when nobody is there to kill it.
constexpr auto kGrace = std::chrono::milliseconds(500);

Error ErrorOf(SvgResult result) {
  if (result == SvgResult::kTooLarge) {
    return Error::Of(ErrorKind::kTooLarge, "takes too much memory");
  }
  return Error::Of(ErrorKind::kUndecodable, "librsvg refuses it");
}

class DrawnRows final : public codec::RowSource {
 public:
  DrawnRows(Mapping pixels, int width, int height, std::stop_token stop)
      : pixels_(std::move(pixels)), width_(width), height_(height), stop_(std::move(stop)) {}

  int width() const override { return width_; }
  int height() const override { return height_; }
  pixel::PixelFormat format() const override { return pixel::PixelFormat::kRgba8; }
  Expected<int> Read(pixel::RowSpan batch) override {
    assert(batch.width == width_ && batch.format == format());
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    const int count = std::max(std::min(batch.rows, height_ - next_row_), 0);
    for (int i = 0; i < count; ++i) {
      const std::size_t bytes = batch.row_bytes();
      const auto row = static_cast<std::size_t>(next_row_ + i);
      std::memcpy(batch.row(i), pixels_.bytes().data() + row * bytes, bytes);
    }
    next_row_ += count;
    return count;
  }

 private:
  Mapping pixels_;
  const int width_, height_;
  std::stop_token stop_;
  int next_row_ = 0;
};

class LoadedDocument final : public codec::VectorPicture {
 public:
  LoadedDocument(std::unique_ptr<Worker> worker, const LoadedSvg& about)
      : worker_(std::move(worker)),
        width_(std::max(std::round(about.width), 1.0)),
        height_(std::max(std::round(about.height), 1.0)) {}

  Expected<std::unique_ptr<codec::RowSource>> Draw(const codec::Drawing& drawing,
                                                   std::stop_token stop) override {
    const auto worker = std::exchange(worker_, nullptr);
    if (worker == nullptr) return Fail(ErrorKind::kInternal, "drawn twice");
    if (drawing.width < 1 || drawing.height < 1 || drawing.width > codec::kSvgMaxSide ||
        drawing.height > codec::kSvgMaxSide) {
      return Fail(ErrorKind::kTooLarge, "a side is too long to draw");
    }
    const std::size_t size = std::size_t{4} * static_cast<unsigned>(drawing.width) *
                             static_cast<unsigned>(drawing.height);
    WHITTLE_TRY(const Descriptor file, FileOfSize(size));
    const auto drawn = [&] {
      const std::stop_callback kill(stop, [&worker] { worker->Kill(); });
      return worker->Ask<DrawnSvg>(DrawSvg{.left = drawing.left / width_,
                                           .top = drawing.top / height_,
                                           .right = drawing.right / width_,
                                           .bottom = drawing.bottom / height_,
                                           .width = drawing.width,
                                           .height = drawing.height},
                                   file);
    }();
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    if (!drawn) return std::unexpected(drawn.error());
    if (drawn->result != SvgResult::kOk) return std::unexpected(ErrorOf(drawn->result));
    auto pixels = Mapping::Of(file, size, /*writable=*/false);
    if (!pixels) return Fail(ErrorKind::kInternal, "no address space for a picture");
    return std::make_unique<DrawnRows>(*std::move(pixels), drawing.width, drawing.height,
                                       std::move(stop));
  }

 private:
  std::unique_ptr<Worker> worker_;
  const double width_, height_;  // in the pixels that the header tells
};

}  // namespace

Expected<std::unique_ptr<SvgProcesses>> SvgProcesses::Start(Options options) {
  constexpr std::string_view kFirst =
      "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>";
  constexpr codec::SvgLimits kEnough = {1 << 10, 192 << 20, 4 << 20};
  std::unique_ptr<SvgProcesses> processes(new SvgProcesses(std::move(options)));
  const auto started = processes->workers_.StartFirst();
  if (!started || !processes->Load(AsBytes(kFirst), kEnough)) {
    return FailSaying(ErrorKind::kBadRequest,
                      "svg is on, but nothing can be drawn: is librsvg 2.52 "
                      "or later installed (Debian: librsvg2-2)?");
  }
  processes->version_ =
      fmt::format("librsvg {}.{}.{}", started->major, started->minor, started->micro);
  processes->own_namespaces_ = started->own_namespaces != 0;
  processes->reads_files_ = started->reads_files != 0;
  return processes;
}

Expected<codec::SvgDocument> SvgProcesses::Load(ByteView file,
                                                const codec::SvgLimits& limits) const {
  const auto deadline = Clock::now() + time_;
  WHITTLE_TRY(const Descriptor document, FileOf(file));
  WHITTLE_TRY(auto worker, workers_.Start(deadline));
  const LoadSvg question = {.text_bytes = limits.text_bytes,
                            .memory_bytes = limits.memory_bytes,
                            .drawn_bytes = limits.drawn_bytes,
                            .milliseconds = (time_ + kGrace).count()};
  WHITTLE_TRY(const LoadedSvg loaded, worker->Ask<LoadedSvg>(question, document));
  if (loaded.result != SvgResult::kOk) return std::unexpected(ErrorOf(loaded.result));
  return codec::SvgDocument{.width = loaded.width,
                            .height = loaded.height,
                            .picture = std::make_unique<LoadedDocument>(std::move(worker), loaded)};
}

}  // namespace whittle::sandbox
