#include "codec/png/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

#include "codec/inflater.h"
#include "codec/png/libdeflate.h"

namespace whittle::codec {
namespace {

// What is compressed in one call, in bytes, by level: some 60 ms of rows that do not compress well,
// where levels 1 to 12 take 8, 11, 12, 16, 22, 22, 25, 38, 42, 100, 250 and 250 ns a byte. More
// goes in bands of that size.
constexpr std::size_t kKiB = 1024;
constexpr std::array<std::size_t, 13> kBand = {
    0,           8192 * kKiB, 4096 * kKiB, 4096 * kKiB, 4096 * kKiB, 2048 * kKiB, 2048 * kKiB,
    2048 * kKiB, 1024 * kKiB, 1024 * kKiB, 512 * kKiB,  256 * kKiB,  256 * kKiB};

// Where a raw deflate stream's last block begins and where it ends, in bits.
struct LastBlock {
  std::size_t begin = 0, end = 0;
};

// zlib tells where blocks begin (Z_BLOCK, zlib.h), for 3 ns a byte.
Expected<LastBlock> LastBlockOf(ByteView deflated) {
  auto fresh = std::make_unique<z_stream>();  // all zero: zlib's own memory
  if (inflateInit2(fresh.get(), -MAX_WBITS) != Z_OK) {
    return Fail(ErrorKind::kOverloaded, "no memory for zlib");
  }
  const std::unique_ptr<z_stream, EndInflate> stream(fresh.release());
  stream->next_in = const_cast<Bytef*>(deflated.data());  // which zlib only reads
  stream->avail_in = static_cast<uInt>(deflated.size());
  constexpr int kUnused = 7, kInLast = 64, kAtBoundary = 128;  // of data_type
  LastBlock last;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): zlib fills it, nobody reads it
  std::array<std::uint8_t, 16 << 10> dropped;
  while (true) {
    stream->next_out = dropped.data();
    stream->avail_out = static_cast<uInt>(dropped.size());
    if (inflate(stream.get(), Z_BLOCK) != Z_OK) {
      return Fail(ErrorKind::kInternal, "zlib does not read libdeflate");
    }
    if ((stream->data_type & kAtBoundary) == 0) continue;
    last.end = 8 * stream->total_in - static_cast<std::size_t>(stream->data_type & kUnused);
    if ((stream->data_type & kInLast) != 0) return last;
    last.begin = last.end;
  }
}

// Turns the end of a stream into one where another can be appended: its last block no longer says
// that it is, and an empty stored block behind it (RFC 1951, 3.2.4) fills up the last byte.
Expected<void> LeaveOpen(Bytes& file, std::size_t from) {
  WHITTLE_TRY(const LastBlock last, LastBlockOf(file.view().subspan(from)));
  std::uint8_t& head = file.data()[from + last.begin / 8];
  head = static_cast<std::uint8_t>(head & ~(1U << last.begin % 8));
  constexpr std::size_t kHeadBits = 3;  // all zero, as is what libdeflate leaves of the last byte
  const std::size_t bytes = (last.end + kHeadBits + 7) / 8;
  if (file.size() - from < bytes) file.Append(std::array<std::uint8_t, 1>{});
  file.Append(std::array<std::uint8_t, 4>{0, 0, 0xFF, 0xFF});
  return {};
}

// Every band as a raw stream, appended to each other; of one band it is libdeflate's own.
Expected<void> AppendBands(ByteView bytes, std::size_t band, libdeflate_compressor* deflate,
                           const std::stop_token& stop, Bytes& file) {
  while (true) {
    const ByteView next = bytes.first(std::min(band, bytes.size()));
    bytes = bytes.subspan(next.size());
    const std::size_t from = file.size();
    const std::size_t room = libdeflate_deflate_compress_bound(deflate, next.size());
    constexpr std::size_t kBehind = 16;  // what closes a band, or the stream
    file.Reserve(std::max(from + room + kBehind, from * 3 / 2));
    file.Resize(from + room);
    file.Resize(from + libdeflate_deflate_compress(deflate, next.data(), next.size(),
                                                   file.data() + from, room));
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    if (bytes.empty()) return {};
    WHITTLE_CHECK(LeaveOpen(file, from));
  }
}

// RFC 1950: method and window, then a check of both; what libdeflate writes, too.
void AppendZlibHead(Bytes& file, int level) {
  constexpr unsigned kMethod = 0x78;
  const unsigned hint = level < 2 ? 0 : level < 6 ? 1 : level < 8 ? 2 : 3;
  const unsigned flags = hint << 6;
  const unsigned check = 31 - (kMethod << 8 | flags) % 31;
  file.Append(std::array<std::uint8_t, 2>{kMethod, static_cast<std::uint8_t>(flags | check)});
}

}  // namespace

Expected<Bytes> DeflatedPng(ByteView bytes, int level, const std::stop_token& stop) {
  if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  const CompressorPtr deflate(libdeflate_alloc_compressor(level));
  if (deflate == nullptr) return Fail(ErrorKind::kOverloaded, "no memory for libdeflate");
  Bytes file;
  AppendZlibHead(file, level);
  WHITTLE_CHECK(
      AppendBands(bytes, kBand[static_cast<std::size_t>(level)], deflate.get(), stop, file));
  const std::uint32_t sum = libdeflate_adler32(1, bytes.data(), bytes.size());
  file.Append(std::array<std::uint8_t, 4>{
      static_cast<std::uint8_t>(sum >> 24), static_cast<std::uint8_t>(sum >> 16),
      static_cast<std::uint8_t>(sum >> 8), static_cast<std::uint8_t>(sum)});
  return file;
}

}  // namespace whittle::codec
