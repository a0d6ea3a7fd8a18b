// The way by libpng. It never sees the file: we feed it a signature, an IHDR, a palette of no
// meaning where there must be one, and the compressed picture as a single IDAT. So it has no
// ancillary chunk to inflate, frames of animations look like pictures to it, and it gives rows as
// they are packed, without any of its transformations.
#include <png.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "codec/png_error.h"
#include "codec/png_rows.h"

namespace whittle::codec {
namespace {

// libpng asks for compressed bytes in portions of this many.
constexpr std::size_t kPortion = 8192;

// What stands behind the compressed picture: a CRC and an IEND.
constexpr std::uint8_t kTail[] = {0, 0, 0, 0, 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0, 0, 0, 0};

void AppendName(std::vector<std::uint8_t>& to, std::uint32_t length, std::uint32_t name) {
  for (const std::uint32_t value : {length, name}) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      to.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  }
}

// What stands before the compressed picture. CRCs are left zero, for libpng is told not to look.
std::vector<std::uint8_t> MadeHead(const PngPicture& picture) {
  const PngShape& shape = picture.shape;
  std::vector<std::uint8_t> head(std::begin(kPngSignature), std::end(kPngSignature));
  AppendName(head, 13, PngName("IHDR"));
  AppendName(head, shape.width, shape.height);
  for (const int byte :
       {shape.depth, static_cast<int>(shape.colour), 0, 0, shape.interlaced ? 1 : 0, 0, 0, 0, 0}) {
    head.push_back(static_cast<std::uint8_t>(byte));
  }
  if (shape.colour == PngColour::kPalette) {
    AppendName(head, 3, PngName("PLTE"));
    head.insert(head.end(), 3 + 4, 0);
  }
  AppendName(head, static_cast<std::uint32_t>(picture.data.bytes), PngName("IDAT"));
  return head;
}

struct Reader {
  PngTrap trap;
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::vector<std::uint8_t> head;
  ByteView now;  // what is left of the piece at hand
  PngPieces pieces;
  std::stop_token stop;
  bool at_tail = false;
  bool at_last_row = false;
  std::size_t portions_left = 0;  // from the last row on
  bool excess = false;            // there is more behind the last row
  bool bad_end = false;           // zlib's checksum is wrong
};

struct DestroyReader {
  void operator()(Reader* reader) const {
    png_destroy_read_struct(&reader->png, &reader->info, nullptr);
    delete reader;
  }
};

Reader& ReaderOf(png_const_structp png) { return *static_cast<Reader*>(png_get_error_ptr(png)); }

[[noreturn]] void OnError(png_structp png, png_const_charp message) {
  Escape(ReaderOf(png).trap, ErrorKind::kUndecodable, message);
}

// With the last row libpng reads on to the end, and has only warnings for what is wrong: "Too much
// image data", "Extra compressed data" behind the checksum, and zlib's own words.
void OnWarning(png_structp png, png_const_charp message) {
  Reader& reader = ReaderOf(png);
  if (!reader.at_last_row) return;
  if (std::strstr(message, "Too much") != nullptr) {
    reader.excess = true;
  } else if (std::strstr(message, "Extra") == nullptr) {
    reader.bad_end = true;
  }
}

void Refill(Reader& reader) {
  if (reader.stop.stop_requested()) Escape(reader.trap, ErrorKind::kCancelled, "");
  if (reader.at_last_row && reader.portions_left-- == 0) {
    reader.excess = true;
    Escape(reader.trap, ErrorKind::kUndecodable, "more data than picture");
  }
}

// Before the last row is read. Deflate never makes much more of it than it was; what takes more
// portions is excess, and would only keep a CPU busy.
void ExpectLastRow(Reader& reader, std::size_t row_bytes) {
  reader.at_last_row = true;
  reader.portions_left = 2 + row_bytes / (kPortion / 2);
}

ByteView NextPiece(Reader& reader) {
  const ByteView piece = reader.pieces.Next();
  if (!piece.empty() || reader.at_tail) return piece;
  reader.at_tail = true;
  return kTail;
}

void OnRead(png_structp png, png_bytep to, png_size_t size) {
  Reader& reader = *static_cast<Reader*>(png_get_io_ptr(png));
  if (size >= kPortion) Refill(reader);
  while (size > 0) {
    if (reader.now.empty()) reader.now = NextPiece(reader);
    if (reader.now.empty()) Escape(reader.trap, ErrorKind::kUndecodable, "ends amid the picture");
    const std::size_t part = std::min(size, reader.now.size());
    std::memcpy(to, reader.now.data(), part);
    reader.now = reader.now.subspan(part);
    to += part;
    size -= part;
  }
}

class LibpngRows final : public PngRows {
 public:
  LibpngRows(const PngPicture& picture, std::stop_token stop);
  Expected<const std::uint8_t*> Next() override;

 private:
  Expected<void> Start();
  Expected<void> ReadFrame();
  Expected<void> Judged(bool read) const;

  PngPicture picture_;
  std::unique_ptr<Reader, DestroyReader> reader_;
  Bytes rows_;  // one, or the whole frame when interlaced
  bool started_ = false;
  std::uint32_t y_ = 0;
};

LibpngRows::LibpngRows(const PngPicture& picture, std::stop_token stop)
    : picture_(picture),
      reader_(new Reader{.head = MadeHead(picture),
                         .pieces = PngPieces(picture.file, picture.data),
                         .stop = std::move(stop)}) {
  reader_->now = reader_->head;
}

Expected<void> LibpngRows::Start() {
  Reader& r = *reader_;
  const bool read = GuardedPng(r.trap, [&r] {
    r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, OnError, OnWarning);
    if (r.png == nullptr) Escape(r.trap, ErrorKind::kInternal, "no memory for libpng");
    r.info = png_create_info_struct(r.png);
    if (r.info == nullptr) Escape(r.trap, ErrorKind::kInternal, "no memory for libpng");
    png_set_read_fn(r.png, &r, OnRead);
    png_set_user_limits(r.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // pixels have been judged
    png_set_crc_action(r.png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    png_set_benign_errors(r.png, 1);
    png_set_check_for_invalid_index(r.png, 0);
    png_set_compression_buffer_size(r.png, kPortion);
    png_read_info(r.png, r.info);
    png_set_interlace_handling(r.png);
    png_start_read_image(r.png);
  });
  if (!read) return std::unexpected(ErrorOf(r.trap));
  rows_.Resize(picture_.shape.row_bytes() *
               (picture_.shape.interlaced ? picture_.shape.height : 1));
  if (picture_.shape.interlaced) return ReadFrame();
  return {};
}

// Adam7's passes, of which narrow and low pictures have fewer.
bool IsLastRow(const PngShape& shape, int pass, std::uint32_t y) {
  constexpr int kPasses = 7;
  const auto rows_of = [&shape](int p) {
    return PNG_PASS_COLS(shape.width, p) == 0 ? 0 : PNG_PASS_ROWS(shape.height, p);
  };
  for (int later = pass + 1; later < kPasses; ++later) {
    if (rows_of(later) > 0) return false;
  }
  return rows_of(pass) > 0 && y == PNG_ROW_FROM_PASS_ROW(rows_of(pass) - 1, pass);
}

Expected<void> LibpngRows::ReadFrame() {
  Reader& r = *reader_;
  // The bits behind the last pixel of a row are never written.
  std::memset(rows_.data(), 0, rows_.size());
  const bool read = GuardedPng(r.trap, [this, &r] {
    const PngShape& shape = picture_.shape;
    for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; ++pass) {
      for (std::uint32_t y = 0; y < shape.height; ++y) {
        if (r.stop.stop_requested()) Escape(r.trap, ErrorKind::kCancelled, "");
        if (IsLastRow(shape, pass, y)) ExpectLastRow(r, shape.row_bytes());
        png_read_row(r.png, rows_.data() + y * shape.row_bytes(), nullptr);
      }
    }
    png_read_end(r.png, nullptr);
  });
  return Judged(read);
}

// With more data than picture libpng stops short of zlib's checksum.
Expected<void> LibpngRows::Judged(bool read) const {
  const Reader& r = *reader_;
  if (!read && !r.excess) return std::unexpected(ErrorOf(r.trap));
  if (r.excess ? !PngDataIsSound(picture_.file, picture_.data) : r.bad_end) {
    return Fail(ErrorKind::kUndecodable, "the picture's checksum is wrong");
  }
  return {};
}

Expected<const std::uint8_t*> LibpngRows::Next() {
  if (!std::exchange(started_, true)) WHITTLE_CHECK(Start());
  const std::uint32_t y = y_++;
  Reader& r = *reader_;
  if (r.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  const std::size_t row_bytes = picture_.shape.row_bytes();
  if (picture_.shape.interlaced) return rows_.data() + y * row_bytes;
  std::uint8_t* row = rows_.data();
  const bool last = y + 1 == picture_.shape.height;
  if (last) ExpectLastRow(r, row_bytes);
  const bool read = GuardedPng(r.trap, [&r, row, last] {
    png_read_row(r.png, row, nullptr);
    if (last) png_read_end(r.png, nullptr);
  });
  WHITTLE_CHECK(Judged(read));
  return row;
}

}  // namespace

void Escape(PngTrap& trap, ErrorKind kind, const char* detail) {
  trap.kind = kind;
  std::snprintf(trap.detail, sizeof trap.detail, "%s", detail);
  std::longjmp(trap.jump, 1);  // NOLINT(cert-err52-cpp): see the header
}

std::unique_ptr<PngRows> OpenLibpngRows(const PngPicture& picture, std::stop_token stop) {
  return std::make_unique<LibpngRows>(picture, std::move(stop));
}

}  // namespace whittle::codec
