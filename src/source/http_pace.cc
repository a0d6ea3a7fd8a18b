#include "source/http_pace.h"

#include <algorithm>

namespace whittle::source {

HttpPhase HttpProgress::phase() const {
  if (has_head) return HttpPhase::kBody;
  if (sent.count() > 0) return HttpPhase::kFirstByte;
  return connected ? HttpPhase::kTls : HttpPhase::kConnect;
}

HttpPace::HttpPace(const HttpDeadlines& deadlines, Time began, Time end,
                   std::chrono::microseconds resolved)
    : deadlines_(deadlines), began_(began), end_(end), resolved_(resolved), marked_at_(began) {}

HttpPace::Time HttpPace::Due(const HttpProgress& progress) const {
  if (paused_) return end_;
  switch (progress.phase()) {
    case HttpPhase::kResolve:
    case HttpPhase::kConnect:
      return std::min(end_, began_ + deadlines_.connect - resolved_);
    case HttpPhase::kTls:
      return std::min(end_, began_ + deadlines_.connect - resolved_ + deadlines_.tls);
    case HttpPhase::kFirstByte:
      return std::min(end_, began_ + progress.sent + deadlines_.first_byte);
    case HttpPhase::kBody:
      break;
  }
  return std::min(end_, marked_at_ + deadlines_.floor_over);
}

HttpPace::Time HttpPace::NextLook(Time now, const HttpProgress& progress) const {
  const auto shortest = std::min({deadlines_.tls, deadlines_.first_byte, deadlines_.floor_over});
  return std::min(Due(progress), now + shortest);
}

bool HttpPace::Overdue(Time now, const HttpProgress& progress) {
  if (now >= end_) return true;
  if (paused_) return false;
  if (now < Due(progress)) return false;
  if (progress.phase() != HttpPhase::kBody) return true;
  const auto over = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now - marked_at_).count());
  if ((progress.bytes - marked_bytes_) * 1000 < deadlines_.floor * over) return true;
  Mark(now, progress.bytes);
  return false;
}

void HttpPace::Mark(Time now, std::uint64_t bytes) {
  paused_ = false;
  marked_at_ = now;
  marked_bytes_ = bytes;
}

}  // namespace whittle::source
