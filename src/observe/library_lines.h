// What libraries print to standard error, as lines of the log: `library text="..."`.
//
//   LibraryLines lines(log);  // from here until it ends
//
// Each is printable and cut; one that repeats is written once a second, with `repeated` telling how
// often it came besides. When the process dies, the last lines go to the real standard error as
// they are, whatever the log's level: the runtime's own last word is among them.
//
// One at a time (observe/standard_error.h tells where it does not work and is nothing). A thread
// that sleeps while nobody prints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <thread>

#include "observe/line_rates.h"
#include "observe/log.h"
#include "observe/standard_error.h"

namespace whittle::observe {

class LibraryLines {
 public:
  /// Longest text of a line, in bytes, before "..." is put in the rest's place.
  static constexpr std::size_t kMaxTextBytes = 512;

  explicit LibraryLines(Log& log);
  ~LibraryLines();
  LibraryLines(const LibraryLines&) = delete;
  LibraryLines& operator=(const LibraryLines&) = delete;

 private:
  void Run();
  bool ReadSome();
  void Take(const std::string& line);
  void Tell(const std::string& text, std::uint64_t repeated);
  void TellRepeats(LineRates::Clock::duration age);
  void WriteLastLines() const;

  Log& log_;
  StandardError stream_;
  // The thread's own.
  LineRates rates_{{.burst = 1, .per_second = 1, .lines = 32}};
  std::string unfinished_;        // a line without its end
  std::deque<std::string> last_;  // lines, printable
  std::jthread thread_;
};

}  // namespace whittle::observe
