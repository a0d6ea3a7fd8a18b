#include "codec/jpeg/input.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/checked.h"
#include "codec/jpeg/whole.h"

namespace whittle::codec {
namespace {

constexpr std::string_view kExifName{"Exif\0\0", 6};

Decoder& DecoderOf(const jpeg_decompress_struct* c) {
  return *static_cast<Decoder*>(c->client_data);
}

[[noreturn]] void EscapeAtEnd(j_decompress_ptr c) {
  Escape(DecoderOf(c).trap, ErrorKind::kUndecodable, nullptr, "the file ends too early");
}

// In entropy-coded data, and not between scans.
bool IsInScan(const jpeg_decompress_struct& c) {
  return DecoderOf(&c).header_read && c.input_iMCU_row < c.total_iMCU_rows;
}

// libjpeg asks for more than the one buffer, the file, has. A scan ends there as if by an
// end-of-image marker, and so does what comes between scans; a segment is left as it is
// (suspended).
boolean FillInput(j_decompress_ptr c) {
  static constexpr std::array<JOCTET, 2> kEndOfImage = {0xFF, JPEG_EOI};
  static constexpr std::array<JOCTET, 1> kZero = {0};
  Decoder& decoder = DecoderOf(c);
  if (!decoder.header_read) EscapeAtEnd(c);
  decoder.ran_out = true;
  ByteView more = kEndOfImage;
  if (IsInScan(*c)) {
    if (c->arith_code == TRUE) {
      NoteGap(decoder.trap);
      if (decoder.mcus.TakeZero()) more = kZero;
    }
  } else if (c->unread_marker != 0) {
    return FALSE;
  }
  c->src->next_input_byte = more.data();
  c->src->bytes_in_buffer = more.size();
  return TRUE;
}

void SkipInput(j_decompress_ptr c, long count) {
  if (count <= 0) return;
  // Behind a segment that the file's end cuts no marker will be found.
  const std::size_t skipped = std::min(static_cast<std::size_t>(count), c->src->bytes_in_buffer);
  c->src->next_input_byte += skipped;
  c->src->bytes_in_buffer -= skipped;
}

// libjpeg stands behind the marker; two bytes of length, which count themselves, come first.
boolean CatchSegment(j_decompress_ptr c) {
  Decoder& decoder = DecoderOf(c);
  jpeg_source_mgr& input = *c->src;
  if (input.bytes_in_buffer < 2) return FillInput(c);
  const std::size_t length =
      std::size_t{input.next_input_byte[0]} << 8 | std::size_t{input.next_input_byte[1]};
  if (length < 2) Escape(decoder.trap, ErrorKind::kUndecodable, nullptr, "bogus segment length");
  if (length > input.bytes_in_buffer) return FillInput(c);
  const ByteView body(input.next_input_byte + 2, length - 2);
  if (c->unread_marker == JPEG_APP0 + 2) {
    decoder.icc.Add(body);
  } else if (decoder.exif.empty() && AsText(body).starts_with(kExifName)) {
    decoder.exif = body;
  }
  input.next_input_byte += length;
  input.bytes_in_buffer -= length;
  return TRUE;
}

void OnProgress(j_common_ptr common) {
  const auto c = reinterpret_cast<j_decompress_ptr>(common);
  Decoder& decoder = DecoderOf(c);
  if (decoder.stop.stop_requested()) {
    Escape(decoder.trap, ErrorKind::kCancelled, nullptr, "");
  }
  const auto scans = static_cast<std::uint64_t>(c->input_scan_number);
  const std::uint64_t pixels = std::uint64_t{c->image_width} * c->image_height;
  if (scans > decoder.limits.max_scans ||
      SaturatingMultiply(scans, pixels) > decoder.limits.max_scan_pixels) {
    Escape(decoder.trap, ErrorKind::kTooLarge, "JPEG has too many scans", "");
  }
  if (decoder.trap.allows_gaps) decoder.mcus.Attach(*c);
  if (!IsInScan(*c) && AllScansAreThere(*c)) c->unread_marker = JPEG_EOI;
}

}  // namespace

void ReadFrom(Decoder& decoder, ByteView file) {
  decoder.input.init_source = [](j_decompress_ptr) {};
  decoder.input.fill_input_buffer = FillInput;
  decoder.input.skip_input_data = SkipInput;
  decoder.input.resync_to_restart = jpeg_resync_to_restart;
  decoder.input.term_source = [](j_decompress_ptr) {};
  decoder.input.next_input_byte = file.data();
  decoder.input.bytes_in_buffer = file.size();
  decoder.c.src = &decoder.input;
}

void CatchSegments(Decoder& decoder) {
  jpeg_set_marker_processor(&decoder.c, JPEG_APP0 + 1, CatchSegment);
  jpeg_set_marker_processor(&decoder.c, JPEG_APP0 + 2, CatchSegment);
}

void WatchScans(Decoder& decoder) {
  decoder.progress.progress_monitor = OnProgress;
  decoder.c.progress = &decoder.progress;
}

}  // namespace whittle::codec
