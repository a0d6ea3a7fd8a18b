#include "generator/response.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace whittle::bench {
namespace {

constexpr std::size_t kMaxLines = 64 * 1024;     // bytes of an answer that are not its body
constexpr std::size_t kMaxBody = 1024UL << 20U;  // no picture is larger

// `lower` has no capitals.
bool Is(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, {},
                            [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
}

bool Has(std::string_view text, std::string_view lower) {
  for (; text.size() >= lower.size(); text.remove_prefix(1)) {
    if (Is(text.substr(0, lower.size()), lower)) return true;
  }
  return false;
}

std::string_view Trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::size_t> Number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || value > kMaxBody) return {};
  return value;
}

}  // namespace

void ResponseReader::Reset() {
  part_ = Part::kStatusLine;
  line_.clear();
  head_bytes_ = 0;
  status_ = 0;
  closes_ = has_length_ = chunked_ = no_store_ = false;
  retry_after_.reset();
  remaining_ = body_bytes_ = 0;
  body_.clear();
}

ResponseReader::State ResponseReader::Feed(std::string_view bytes) {
  while (!bytes.empty() && part_ != Part::kBroken) {
    switch (part_) {
      case Part::kBody:
      case Part::kChunk:
        bytes.remove_prefix(TakeBody(bytes));
        break;
      case Part::kStatusLine:
      case Part::kFields:
      case Part::kChunkSize:
      case Part::kChunkEnd:
      case Part::kTrailer:
        bytes.remove_prefix(TakeLine(bytes));
        break;
      case Part::kDone:
      case Part::kBroken:
        part_ = Part::kBroken;
        break;
    }
  }
  if (part_ == Part::kBroken) return State::kBroken;
  return part_ == Part::kDone ? State::kDone : State::kMore;
}

std::size_t ResponseReader::TakeBody(std::string_view bytes) {
  const std::size_t taken = std::min(remaining_, bytes.size());
  if (keep_body_) body_.append(bytes.substr(0, taken));
  body_bytes_ += taken;
  remaining_ -= taken;
  if (body_bytes_ > kMaxBody) {
    part_ = Part::kBroken;
  } else if (remaining_ == 0) {
    part_ = part_ == Part::kChunk ? Part::kChunkEnd : Part::kDone;
  }
  return taken;
}

std::size_t ResponseReader::TakeLine(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  const std::size_t taken = end == std::string_view::npos ? bytes.size() : end + 1;
  line_.append(bytes.substr(0, taken));
  head_bytes_ += taken;
  if (head_bytes_ > kMaxLines + body_bytes_) {  // chunks have lines of their own
    part_ = Part::kBroken;
  } else if (line_.ends_with('\n')) {
    part_ = line_.ends_with("\r\n") ? AfterLine({line_.data(), line_.size() - 2}) : Part::kBroken;
    line_.clear();
  }
  return taken;
}

ResponseReader::Part ResponseReader::AfterLine(std::string_view line) {
  switch (part_) {
    case Part::kStatusLine: {
      if (!line.starts_with("HTTP/1.1 ") || line.size() < 12) return Part::kBroken;
      const auto status = Number(line.substr(9, 3), 10);
      if (!status || *status < 200 || *status > 599) return Part::kBroken;
      status_ = static_cast<int>(*status);
      return Part::kFields;
    }
    case Part::kFields:
      return line.empty() ? AfterFields() : AfterField(line);
    case Part::kChunkSize:
      return AfterChunkSize(line);
    case Part::kChunkEnd:
      return line.empty() ? Part::kChunkSize : Part::kBroken;
    case Part::kTrailer:
      return line.empty() ? Part::kDone : Part::kTrailer;
    case Part::kBody:
    case Part::kChunk:
    case Part::kDone:
    case Part::kBroken:
      break;  // these do not take lines
  }
  return Part::kBroken;
}

ResponseReader::Part ResponseReader::AfterField(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return Part::kBroken;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = Trimmed(line.substr(colon + 1));
  if (Is(name, "content-length")) {
    const auto length = Number(value, 10);
    if (!length || has_length_) return Part::kBroken;
    has_length_ = true;
    remaining_ = *length;
  } else if (Is(name, "transfer-encoding")) {
    if (!Is(value, "chunked")) return Part::kBroken;
    chunked_ = true;
  } else if (Is(name, "connection")) {
    closes_ = Is(value, "close");
  } else if (Is(name, "retry-after")) {
    if (const auto seconds = Number(value, 10)) retry_after_ = static_cast<int>(*seconds);
  } else if (Is(name, "cache-control")) {
    no_store_ = Has(value, "no-store");
  }
  return Part::kFields;
}

ResponseReader::Part ResponseReader::AfterFields() {
  if (status_ == 204 || status_ == 304) return Part::kDone;
  if (chunked_) return has_length_ ? Part::kBroken : Part::kChunkSize;
  if (!has_length_) return Part::kBroken;
  return remaining_ > 0 ? Part::kBody : Part::kDone;
}

ResponseReader::Part ResponseReader::AfterChunkSize(std::string_view line) {
  const auto size = Number(Trimmed(line.substr(0, line.find(';'))), 16);
  if (!size) return Part::kBroken;
  remaining_ = *size;
  return remaining_ > 0 ? Part::kChunk : Part::kTrailer;
}

}  // namespace whittle::bench
