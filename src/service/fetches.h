// Fetches: requests for one picture of a source share one fetch and its bytes, whatever is to be
// made of them.
//
// Who comes first has the source asked, in its own coroutine. Who wants the same and knows the same
// of it waits for that; who comes while somebody still works with the bytes gets those, as long as
// they may be believed. So the bytes are in memory once. A caller may leave: when the last has
// left, the source is told to stop, and the one who asked goes on for the sake of the others.
// Nobody waits for the deadline of another: who has less time than the one who asked goes alone,
// and who has more asks again when that one's is over.
//
// Those who share large bytes are told until when it is worth while to wait for more of them, so
// that they can be worked on together: some milliseconds, and never for one who is alone.
//
// Thread-safe. Coroutines run on strands. Must outlive the bytes that it gave. Cost beside the
// source's own, for one who goes alone: some allocations and four short locks, below a microsecond.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "async/event.h"
#include "observe/metrics.h"
#include "service/results.h"
#include "source/source.h"

namespace whittle::service {

class Fetches {
 public:
  /// What a source has answered, for everybody who asked.
  struct Answer {
    std::shared_ptr<const source::Found> found;
    Clock::time_point asked;  ///< when the source was: the answer is as old as that
    bool joined = false;      ///< another had it asked
    /// When others who want the same at this moment will have come; past for one who is alone.
    async::Clock::time_point gathers_until{};
  };

  /// `results` says how long bytes may be believed, and what time it is. All must outlive it.
  Fetches(const Results& results, observe::Metrics& metrics)
      : results_(results), metrics_(metrics) {}
  Fetches(const Fetches&) = delete;
  Fetches& operator=(const Fetches&) = delete;

  /// As source::Source::Fetch, shared.
  async::Awaitable<Expected<Answer>> Fetch(source::Source& source, SourceRef ref,
                                           source::Validator known, source::Wait wait);
  /// The same for what nobody else may have.
  async::Awaitable<Expected<Answer>> FetchAlone(source::Source& source, SourceRef ref,
                                                source::Validator known, source::Wait wait);

 private:
  using FoundPtr = std::shared_ptr<const source::Found>;
  // A fetch under way.
  struct Flight {
    async::Clock::time_point until;  // of the one who asked
    Clock::time_point asked;
    std::stop_source stop;
    int callers = 1;  // that have not left
    bool landed = false;
    std::vector<std::shared_ptr<async::Event>> waiting;
    std::optional<Expected<FoundPtr>> outcome;  // stays empty when the work has died
    async::Clock::time_point gathers_until{};
  };
  // Bytes that somebody works with.
  struct Held;
  struct Known {
    const Held* held = nullptr;
    std::weak_ptr<const source::Found> found;
    Clock::time_point asked;
    async::Clock::time_point gathers_until{};
  };
  // Where a caller finds itself: it has the bytes, or waits for the event of a flight, or begins
  // the flight, where there is no event, or goes alone.
  struct Place {
    FoundPtr held;
    Clock::time_point asked;
    async::Clock::time_point gathers_until{};
    std::shared_ptr<Flight> flight;
    std::shared_ptr<async::Event> event;
  };
  class Landing;

  Place Board(const std::string& key, async::Clock::time_point until, const async::Strand& strand);
  async::Awaitable<Expected<Answer>> Ask(source::Source& source, SourceRef ref,
                                         source::Validator known, source::Wait wait,
                                         const std::string& key, Flight& flight);
  async::Awaitable<Expected<source::Found>> Count(source::Source& source, SourceRef ref,
                                                  source::Validator known, source::Wait wait);
  FoundPtr Hold(const std::string& key, source::Found found, Flight& flight);
  void Leave(const std::string& key, Flight& flight);
  void CloseLocked(const std::string& key, const Flight& flight);
  void Forget(const Held& held);

  const Results& results_;
  observe::Metrics& metrics_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
  std::unordered_map<std::string, Known> held_;
};

}  // namespace whittle::service
