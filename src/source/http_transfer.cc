#include "source/http_transfer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace whittle::source {
HttpTransfer::HttpTransfer(const HttpTransferOptions& options, HttpRequest request, HttpTerms terms,
                           Url url, Addresses addresses, std::chrono::microseconds resolved)
    : options_(options),
      request_(std::move(request)),
      terms_(terms),
      url_(std::move(url)),
      addresses_(std::move(addresses)),
      resolved_(resolved) {}

CURL* HttpTransfer::Begin() {
  SetUp();
  const auto now = async::Clock::now();
  pace_.emplace(terms_.deadlines, now, terms_.end, resolved_);
  return easy_.get();
}

// ---- What libcurl calls -------------------------------------------------------------------------

std::size_t HttpTransfer::OnHeader(char* data, std::size_t size, std::size_t count,
                                   void* self) noexcept {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  try {
    return transfer.TakeLine({data, size * count}) ? size * count : 0;
  } catch (const std::exception& e) {
    return transfer.Refuse(ErrorKind::kOverloaded, e.what()) ? size * count : 0;
  }
}

std::size_t HttpTransfer::OnBody(char* data, std::size_t size, std::size_t count,
                                 void* self) noexcept {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const std::string_view bytes(data, size * count);
  try {
    const bool to_block = transfer.terms_.memory != nullptr && transfer.answer_.status == 200;
    return to_block ? transfer.TakeBody(bytes) : transfer.TakeText(bytes);
  } catch (const std::exception& e) {
    transfer.Refuse(ErrorKind::kOverloaded, e.what());
    return CURL_WRITEFUNC_ERROR;
  }
}

// Keeps the reason; libcurl is told by what its callback returns. Always false.
bool HttpTransfer::Refuse(ErrorKind kind, std::string_view what) {
  if (!refusal_) refusal_ = Error::Of(kind, std::string(what));
  return false;
}

// A line of a head, with its end.
bool HttpTransfer::TakeLine(std::string_view line) {
  head_bytes_ += line.size();
  if (head_bytes_ > kMaxHead) return Refuse(ErrorKind::kUpstream, "the head is too long");
  if (has_head_) return true;  // a trailer
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    answer_.fields.clear();
    const std::size_t space = std::min(line.find(' '), line.size() - 1);
    answer_.status = ParseUnsigned<std::uint16_t>(line.substr(space + 1, 3)).value_or(0);
    return true;
  }
  if (line.empty()) {
    if (answer_.status >= 100 && answer_.status < 200) return true;
    has_head_ = true;
    pace_->Mark(async::Clock::now(), 0);
    return TakeHead();
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || line.front() == ' ' || line.front() == '\t') return true;
  answer_.fields.emplace_back(LowerCase(line.substr(0, colon)), Trim(line.substr(colon + 1)));
  return true;
}

bool HttpTransfer::TakeHead() {
  const std::string_view coding = answer_.Field("content-encoding");
  if (!coding.empty() && !EqualsIgnoreCase(coding, "identity")) {
    return Refuse(ErrorKind::kUpstream, "it is encoded, though nobody asked for that");
  }
  const std::string_view framing = answer_.Field("transfer-encoding");
  if (!framing.empty() && !EqualsIgnoreCase(framing, "chunked")) {
    return Refuse(ErrorKind::kUpstream, "it is transferred in a coding nobody asked for");
  }
  const std::string_view length = answer_.Field("content-length");
  length_ = ParseUnsigned<std::uint64_t>(length);
  if (!length.empty() && !length_) return Refuse(ErrorKind::kUpstream, "a length that is none");
  const bool is_picture = terms_.memory != nullptr && answer_.status == 200;
  if (is_picture && length_.value_or(0) > terms_.max_bytes) {
    return Refuse(ErrorKind::kTooLarge, "it says that it is too long");
  }
  return true;
}

std::size_t HttpTransfer::TakeText(std::string_view data) {
  bytes_ += data.size();
  if (terms_.memory == nullptr) {
    if (bytes_ > terms_.max_bytes) {
      Refuse(ErrorKind::kUpstream, "the answer is too long");
      return CURL_WRITEFUNC_ERROR;
    }
    answer_.text += data;
    return data.size();
  }
  answer_.text += data.substr(0, kMaxText - answer_.text.size());
  enough_ = bytes_ > kMaxText;
  return enough_ ? CURL_WRITEFUNC_ERROR : data.size();
}

std::size_t HttpTransfer::TakeBody(std::string_view data) {
  Block& block = answer_.body;
  const std::size_t size = block.size() + data.size();
  if (size > terms_.max_bytes) {
    Refuse(ErrorKind::kTooLarge, "the body is too long");
    return CURL_WRITEFUNC_ERROR;
  }
  // Paused, libcurl keeps what it had for us and brings it again.
  if (!FitsBlock(size)) return CURL_WRITEFUNC_PAUSE;
  std::uint8_t* const end = block.data() + block.size();
  block.SetSize(size);
  std::memcpy(end, data.data(), data.size());
  hasher_.Add({end, data.size()});
  bytes_ += data.size();
  return data.size();
}

// Room doubles as bytes come, up to what the answer says it will have: a length alone, which may be
// a lie, costs at most kFirstRoom.
bool HttpTransfer::FitsBlock(std::size_t bytes) {
  Block& block = answer_.body;
  if (bytes <= block.capacity()) return true;
  const std::uint64_t most = std::min(length_.value_or(terms_.max_bytes), terms_.max_bytes);
  const std::uint64_t doubled = std::max<std::uint64_t>(2 * block.capacity(), kFirstRoom);
  const std::size_t room = std::max<std::size_t>(bytes, std::min(doubled, most));
  if (block.capacity() > 0) {
    if (block.Reserve(room)) return true;
  } else if (auto first = terms_.memory->Try(room)) {
    block = *std::move(first);
    return true;
  }
  pace_->Pause();
  const std::lock_guard lock(mutex_);
  room_ = room;
  state_ = State::kNeedsRoom;
  if (event_) event_->Set();
  return false;
}

}  // namespace whittle::source
