#include "observe/library_lines.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string_view>

#include "base/kept_segment.h"
#include "base/text.h"
#include "observe/outlet.h"

namespace whittle::observe {
namespace {

constexpr std::size_t kLastLines = 8;
// What the log has to write what came before, when the process dies.
constexpr auto kLogHas = std::chrono::milliseconds(100);

}  // namespace

LibraryLines::LibraryLines(Log& log) : log_(log) {
  if (stream_.captured()) thread_ = std::jthread([this] { Run(); });
}

LibraryLines::~LibraryLines() { stream_.GiveBack(); }

void LibraryLines::Run() {
  constexpr auto kSumAfter = std::chrono::ceil<std::chrono::milliseconds>(LineRates::kSumAfter);
  pthread_setname_np(pthread_self(), "whittle-stderr");
  const KeptSegment kept;
  std::array<pollfd, 2> wanted = {pollfd{stream_.pipe(), POLLIN, 0},
                                  pollfd{stream_.ending(), POLLIN, 0}};
  while (wanted[1].revents == 0) {
    const int wait = rates_.HoldsBack() ? static_cast<int>(kSumAfter.count()) : -1;
    poll(wanted.data(), wanted.size(), wait);
    // Nobody has the other end any more, and poll would never sleep again: a library has closed
    // descriptor 2, or put another in its place.
    if (!ReadSome() && (wanted[0].revents & POLLHUP) != 0) wanted[0].fd = -1;
    if (rates_.SumsAreDue()) TellRepeats(LineRates::kSumAfter);
  }
  while (ReadSome()) {
  }
  if (!unfinished_.empty()) Take(unfinished_);
  TellRepeats({});
  if (stream_.dying()) {
    WriteLastLines();
    log_.Flush(kLogHas);
  }
  stream_.Finished();
}

/// False when there is nothing more now.
bool LibraryLines::ReadSome() {
  std::array<char, 4096> bytes{};
  const ssize_t got = read(stream_.pipe(), bytes.data(), bytes.size());
  if (got <= 0) return false;
  std::string_view text(bytes.data(), static_cast<std::size_t>(got));
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t room = kMaxTextBytes + 1 - unfinished_.size();  // one more: it is to be cut
    unfinished_.append(text.substr(0, end).substr(0, room));
    if (end == std::string_view::npos) break;
    Take(unfinished_);
    unfinished_.clear();
    text.remove_prefix(end + 1);
  }
  return true;
}

void LibraryLines::Take(const std::string& line) {
  if (line.empty()) return;
  last_.push_back(line);
  if (last_.size() > kLastLines) last_.pop_front();
  const std::string text =
      line.size() > kMaxTextBytes ? line.substr(0, kMaxTextBytes) + "..." : line;
  if (const auto repeated = rates_.Pass(text)) Tell(text, *repeated);
}

void LibraryLines::TellRepeats(LineRates::Clock::duration age) {
  for (const LineRates::Sum& sum : rates_.TakeSums(age)) Tell(sum.what, sum.held_back);
}

void LibraryLines::Tell(const std::string& text, std::uint64_t repeated) {
  if (repeated == 0) {
    log_.Warn("library", {{"text", text}});
  } else {
    log_.Warn("library", {{"text", text}, {"repeated", repeated}});
  }
}

void LibraryLines::WriteLastLines() const {
  const Outlet standard_error(STDERR_FILENO);
  std::string text = "whittle: the last lines on standard error were\n";
  for (const std::string& line : last_) text += Printable(line, kMaxTextBytes) + '\n';
  if (!last_.empty()) standard_error.Write(text);
}

}  // namespace whittle::observe
