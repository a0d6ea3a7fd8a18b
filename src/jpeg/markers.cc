#include "jpeg/markers.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

namespace whittle::jpeg {
namespace {

void AppendBytes(Bytes& to, std::initializer_list<std::size_t> bytes) {
  for (const std::size_t byte : bytes) {
    const auto one = static_cast<std::uint8_t>(byte);
    to.Append({&one, 1});
  }
}

// FF, the marker's code, and the length of `content` bytes with its own two.
void AppendSegment(Bytes& to, std::size_t code, std::size_t content) {
  AppendBytes(to, {0xFF, code, (content + 2) >> 8, content + 2});
}

// APP1 of a kind that its first bytes tell.
void AppendNamed(Bytes& to, std::string_view name, ByteView content) {
  if (content.empty() || name.size() + content.size() > 0xFFFF - 2) return;
  AppendSegment(to, 0xE1, name.size() + content.size());
  to.Append(AsBytes(name));
  to.Append(content);
}

void AppendProfile(Bytes& to, ByteView icc) {
  constexpr std::string_view kName("ICC_PROFILE\0", 12);
  constexpr std::size_t kChunk = kLargestProfile / 255;
  const std::size_t chunks = (icc.size() + kChunk - 1) / kChunk;
  for (std::size_t i = 0; i < chunks; ++i) {
    const ByteView chunk = icc.subspan(i * kChunk, std::min(kChunk, icc.size() - i * kChunk));
    AppendSegment(to, 0xE2, kName.size() + 2 + chunk.size());
    to.Append(AsBytes(kName));
    AppendBytes(to, {i + 1, chunks});
    to.Append(chunk);
  }
}

}  // namespace

void AppendHead(Bytes& to, const Embedded& embedded) {
  AppendBytes(to, {0xFF, 0xD8});
  AppendSegment(to, 0xE0, 14);
  to.Append(AsBytes(std::string_view("JFIF\0", 5)));
  AppendBytes(to, {1, 1, 0, 0, 1, 0, 1, 0, 0});  // version, no unit, square pixels, no thumbnail
  AppendNamed(to, std::string_view("Exif\0\0", 6), embedded.exif);
  AppendNamed(to, std::string_view("http://ns.adobe.com/xap/1.0/\0", 29), embedded.xmp);
  AppendProfile(to, embedded.icc);
}

void AppendQuantTables(Bytes& to, std::span<const QuantTable> tables) {
  AppendSegment(to, 0xDB, tables.size() * (1 + kBlockSize));
  for (std::size_t i = 0; i < tables.size(); ++i) {
    AppendBytes(to, {i});
    for (const std::uint8_t at : kZigzag) AppendBytes(to, {tables[i][at]});
  }
}

void AppendFrame(Bytes& to, Frame frame, int width, int height, Components components,
                 std::size_t tables) {
  const auto w = static_cast<std::size_t>(width), h = static_cast<std::size_t>(height);
  AppendSegment(to, static_cast<std::size_t>(frame), 6 + 3 * components.size());
  AppendBytes(to, {8, h >> 8, h, w >> 8, w, components.size()});
  for (std::size_t c = 0; c < components.size(); ++c) {
    AppendBytes(to,
                {c + 1, components[c].across << 4 | components[c].down, std::min(c, tables - 1)});
  }
}

void AppendHuffman(Bytes& to, TableClass of, std::uint8_t number, const HuffmanSpec& table) {
  const auto size = static_cast<std::size_t>(table.size());
  AppendSegment(to, 0xC4, 1 + table.counts.size() + size);
  AppendBytes(to, {static_cast<std::size_t>(of) << 4 | number});
  to.Append(table.counts);
  to.Append(std::span(table.symbols).first(size));
}

void AppendScan(Bytes& to, std::size_t first, std::size_t count, const Band& band) {
  AppendSegment(to, 0xDA, 4 + 2 * count);
  AppendBytes(to, {count});
  for (std::size_t c = first; c < first + count; ++c) {
    AppendBytes(to, {c + 1, c == 0 ? 0U : 0x11U});
  }
  AppendBytes(to, {band.first, band.last, static_cast<std::size_t>(band.high) << 4 | band.low});
}

void AppendEnd(Bytes& to) { AppendBytes(to, {0xFF, 0xD9}); }

}  // namespace whittle::jpeg
