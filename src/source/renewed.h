// A value that ends and is fetched anew, such as a token: one fetch for all who ask.
//
// Get answers with what is there, and near its end has the next one fetched meanwhile: when less
// than kAhead is left, or a quarter of the time it was good for. Who finds nothing waits for the
// fetch under way, which belongs to nobody and goes on when its askers leave. After a fetch that
// failed the next one begins a second later, then two, up to kLongestRest; until then the old value
// serves as long as it is good, and without one the error is repeated.
//
// T is immutable and shared. Thread-safe; the calling coroutines must run on strands. Cost: a lock.
#pragma once

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "async/event.h"
#include "base/what.h"
#include "source/times.h"
#include "source/wait.h"
#include "whittle/expected.h"

namespace whittle::source {

namespace asio = boost::asio;

template <class T>
struct Dated {
  T value;
  std::optional<SystemTime> ends;  ///< nothing when it stays good
};

template <class T>
class Renewed {
 public:
  using Fetch = std::function<async::Awaitable<Expected<Dated<T>>>(Wait)>;
  using Now = std::function<SystemTime()>;

  static constexpr auto kAhead = std::chrono::minutes(5);
  static constexpr auto kFetchLimit = std::chrono::seconds(10);  ///< of one fetch
  static constexpr auto kFirstRest = std::chrono::seconds(1);
  static constexpr auto kLongestRest = std::chrono::seconds(60);
  static constexpr auto kDropEvery = std::chrono::seconds(10);  ///< at most

  Renewed(Fetch fetch, Now now)
      : state_(std::make_shared<State>(std::move(fetch), std::move(now))) {}
  /// A fetch under way is told to stop, and touches nothing of this object any more.
  ~Renewed() { state_->stop.request_stop(); }
  Renewed(const Renewed&) = delete;
  Renewed& operator=(const Renewed&) = delete;

  /// Errors: those of the fetch, kUpstreamTimeout, kCancelled.
  async::Awaitable<Expected<std::shared_ptr<const T>>> Get(Wait wait) {
    const async::Strand strand = co_await asio::this_coro::executor;
    std::shared_ptr<async::Event> event;
    std::shared_ptr<Flight> begun;
    std::shared_ptr<Flight> flight;
    std::shared_ptr<const T> good;
    {
      const std::lock_guard lock(state_->mutex);
      const SystemTime now = state_->now();
      if (state_->IsDue(now)) begun = state_->flight = std::make_shared<Flight>();
      if (state_->IsGood(now)) {
        good = state_->value;
      } else if (state_->flight == nullptr) {
        co_return std::unexpected(*state_->error);
      } else {
        flight = state_->flight;
        event = std::make_shared<async::Event>(strand);
        flight->events.push_back(event);
      }
    }
    if (begun != nullptr) asio::co_spawn(strand, Fly(state_, begun), asio::detached);
    if (good != nullptr) co_return good;
    switch (co_await event->Wait(wait.until, wait.stop)) {
      case async::Event::Outcome::kSet:
        co_return *flight->outcome;
      case async::Event::Outcome::kStopped:
        co_return Fail(ErrorKind::kCancelled);
      case async::Event::Outcome::kDeadline:
        co_return Fail(ErrorKind::kUpstreamTimeout, "credentials did not come in time");
    }
    std::unreachable();
  }

  /// What was fetched last and not dropped, good or not; null when there is none.
  std::shared_ptr<const T> Last() const {
    const std::lock_guard lock(state_->mutex);
    return state_->value;
  }

  /// Whoever it is for has refused a value, the one that `was_used` knows: the next Get fetches
  /// anew. False when there is no use in that: what came for one dropped within kDropEvery is
  /// refused, too.
  template <std::predicate<const T&> Predicate>
  bool Drop(const Predicate& was_used) {
    const std::lock_guard lock(state_->mutex);
    if (state_->value == nullptr || !was_used(*state_->value)) return true;  // there is another
    const SystemTime now = state_->now();
    if (now >= state_->dropped && now < state_->dropped + kDropEvery) return false;
    state_->dropped = now;
    state_->value = nullptr;
    state_->not_before = SystemTime();
    return true;
  }

 private:
  struct Flight {
    std::vector<std::shared_ptr<async::Event>> events;  // of who waits; under the state's mutex
    std::optional<Expected<std::shared_ptr<const T>>> outcome;  // written before they are set
  };

  // Shared with a flight, which may outlive this object.
  struct State {
    State(Fetch f, Now n) : fetch(std::move(f)), now(std::move(n)) {}
    bool IsGood(SystemTime at) const { return value != nullptr && (!ends || at < *ends); }
    bool IsDue(SystemTime at) const {
      if (flight != nullptr) return false;
      // A clock that was set back does not make a rest longer.
      const bool rests = at < not_before && not_before - at <= kLongestRest;
      return !rests && (!IsGood(at) || (ends && at >= renew_at));
    }

    const Fetch fetch;
    const Now now;
    std::stop_source stop;
    std::mutex mutex;
    std::shared_ptr<const T> value;
    std::optional<SystemTime> ends;
    SystemTime dropped;   // the last one, and not in its time
    SystemTime renew_at;  // when there is an end
    std::shared_ptr<Flight> flight;
    int failures = 0;            // in a row
    std::optional<Error> error;  // of the last one
    SystemTime not_before;       // the next fetch
  };

  // Parameters by value: they live in this coroutine's frame.
  static async::Awaitable<void> Fly(std::shared_ptr<State> state, std::shared_ptr<Flight> flight) {
    Expected<Dated<T>> got = Fail(ErrorKind::kInternal);
    try {
      got = co_await state->fetch({async::Clock::now() + kFetchLimit, state->stop.get_token()});
    } catch (...) {
      got = Fail(ErrorKind::kInternal, What(std::current_exception()));
    }
    const std::lock_guard lock(state->mutex);
    Land(*state, *flight, std::move(got));
  }

  static void Land(State& state, Flight& flight, Expected<Dated<T>> got) {
    const SystemTime now = state.now();
    state.flight = nullptr;
    if (got && got->ends && *got->ends <= now) {
      got = Fail(ErrorKind::kUnreadable, "credentials ended at " + HttpTime(*got->ends) +
                                             ", and here it is " + HttpTime(now) +
                                             ": is the clock right?");
    }
    if (got) {
      state.value = std::make_shared<const T>(std::move(got->value));
      state.ends = got->ends;
      if (state.ends) {
        state.renew_at =
            *state.ends - std::min<SystemTime::duration>(kAhead, (*state.ends - now) / 4);
      }
      state.failures = 0;
      state.not_before = SystemTime();
      flight.outcome = state.value;
    } else {
      constexpr int kMostDoublings = 6;
      const auto rest = kFirstRest * (1 << std::min(state.failures++, kMostDoublings));
      state.not_before = now + std::min<SystemTime::duration>(rest, kLongestRest);
      state.error = got.error();
      flight.outcome = std::unexpected(got.error());
    }
    for (const auto& event : flight.events) event->Set();
  }

  const std::shared_ptr<State> state_;
};

}  // namespace whittle::source
