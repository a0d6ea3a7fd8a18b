// Large pictures, row by row by libpng and zlib: as many bytes and twice the CPU of PngSink, but
// memory for two rows and the file.
#include <png.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

#include "codec/png/error.h"
#include "codec/png/image.h"
#include "codec/png/sink.h"
#include "codec/png/writer.h"

namespace whittle::codec {
namespace {

struct Writer {
  PngTrap trap;
  png_structp png = nullptr;
  png_infop info = nullptr;
  Bytes file;
  bool in_picture = false;  // what libpng writes before it has been written by us
  std::stop_token stop;
};

struct DestroyWriter {
  void operator()(Writer* writer) const {
    png_destroy_write_struct(&writer->png, &writer->info);
    delete writer;
  }
};

void OnError(png_structp png, png_const_charp message) {
  Escape(static_cast<Writer*>(png_get_error_ptr(png))->trap, ErrorKind::kInternal, message);
}

bool Appended(Bytes& file, ByteView bytes) noexcept {
  try {
    file.Append(bytes);
    return true;
  } catch (const std::exception&) {  // must not pass through libpng
    return false;
  }
}

void OnWrite(png_structp png, png_bytep data, png_size_t size) {
  Writer& writer = *static_cast<Writer*>(png_get_io_ptr(png));
  // A row may be megabytes long, and take a second.
  if (writer.stop.stop_requested()) Escape(writer.trap, ErrorKind::kCancelled, "amid a row");
  if (writer.in_picture && !Appended(writer.file, {data, size})) png_error(png, "out of memory");
}

class PngStreamSink final : public RowSink {
 public:
  explicit PngStreamSink(EncodeSpec spec) : spec_(std::move(spec)), writer_(new Writer) {}
  Expected<void> Start();
  Expected<void> Write(pixel::ConstRowSpan rows) override;
  Expected<Bytes> Finish() override;

 private:
  Expected<void> Outcome(bool written);

  EncodeSpec spec_;
  std::unique_ptr<Writer, DestroyWriter> writer_;
  int rows_ = 0;
  bool broken_ = false;
};

Expected<void> PngStreamSink::Outcome(bool written) {
  if (written) return {};
  broken_ = true;
  return std::unexpected(ErrorOf(writer_->trap));
}

Expected<void> PngStreamSink::Start() {
  PngImage image;
  const bool grey = pixel::IsGrey(spec_.format);
  const bool alpha = pixel::HasAlpha(spec_.format);
  image.shape = {static_cast<std::uint32_t>(spec_.width), static_cast<std::uint32_t>(spec_.height),
                 pixel::IsWide(spec_.format) ? 16 : 8,
                 grey ? (alpha ? PngColour::kGreyA : PngColour::kGrey)
                      : (alpha ? PngColour::kRgba : PngColour::kRgb),
                 false};
  Writer& w = *writer_;
  w.stop = spec_.stop;
  AppendPngHead(w.file, image, spec_);
  const int level = std::clamp(PngEffort(spec_), 1, 9);
  const PngShape& shape = image.shape;
  return Outcome(GuardedPng(w.trap, [&w, &shape, level] {
    w.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &w, OnError,
                                    [](png_structp, png_const_charp) {});
    if (w.png == nullptr) Escape(w.trap, ErrorKind::kOverloaded, "no memory for libpng");
    w.info = png_create_info_struct(w.png);
    if (w.info == nullptr) Escape(w.trap, ErrorKind::kOverloaded, "no memory for libpng");
    png_set_write_fn(w.png, &w, OnWrite, nullptr);
    png_set_IHDR(w.png, w.info, shape.width, shape.height, shape.depth,
                 static_cast<int>(shape.colour), PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
                 PNG_FILTER_TYPE_BASE);
    png_set_compression_level(w.png, level);
    png_set_filter(w.png, PNG_FILTER_TYPE_BASE, level < 3 ? PNG_FILTER_UP : PNG_ALL_FILTERS);
    png_write_info(w.png, w.info);
    if (shape.depth == 16) png_set_swap(w.png);
    w.in_picture = true;
  }));
}

Expected<void> PngStreamSink::Write(pixel::ConstRowSpan rows) {
  if (broken_ || rows.format != spec_.format || rows.width != spec_.width ||
      rows.rows > spec_.height - rows_) {
    broken_ = true;
    return Fail(ErrorKind::kInternal, "rows do not fit the encoded picture");
  }
  if (spec_.stop.stop_requested()) {
    broken_ = true;
    return Fail(ErrorKind::kCancelled);
  }
  rows_ += rows.rows;
  png_structp png = writer_->png;
  return Outcome(GuardedPng(writer_->trap, [png, rows] {
    for (int y = 0; y < rows.rows; ++y) png_write_row(png, rows.row(y));
  }));
}

Expected<Bytes> PngStreamSink::Finish() {
  if (broken_ || rows_ != spec_.height) {
    return Fail(ErrorKind::kInternal, "not as many rows as the picture has");
  }
  Writer& w = *writer_;
  WHITTLE_CHECK(Outcome(GuardedPng(w.trap, [&w] { png_write_end(w.png, nullptr); })));
  broken_ = true;  // no second time
  return std::move(w.file);
}

}  // namespace

Expected<std::unique_ptr<RowSink>> CreatePngStream(const EncodeSpec& spec) {
  auto sink = std::make_unique<PngStreamSink>(spec);
  WHITTLE_CHECK(sink->Start());
  return sink;
}

}  // namespace whittle::codec
