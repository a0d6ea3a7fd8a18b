// Singleflight: callers who want the same thing at the same time share one piece of work.
//
// The first caller for a key starts the work as a flight of its own, apart from any caller; later
// callers for the key join it. All get the same result or the same error. Nothing is kept once the
// flight has landed. A caller may leave (its stop token): when the last one has left, the flight's
// stop token tells the work to end. Work that dies (throws) is started again for those who wait, up
// to kAttempts times; then they get kFlightFailed.
//
// Work may announce something early (`Early`): a caller whose predicate says that this is all it
// wanted (a matching ETag) leaves with it at once, and when all callers do, the rest of the work is
// never done.
//
// Thread-safe. Callers' coroutines must run on strands. One lock, held for a few instructions.
#pragma once

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "async/event.h"
#include "async/strand.h"
#include "whittle/expected.h"

namespace whittle::async {

/// Early and Value are copied to every caller; make them cheap (shared_ptr) and immutable.
template <class Early, class Value>
class Singleflight {
 public:
  static constexpr int kAttempts = 3;

  /// What a caller leaves with.
  struct Landing {
    std::variant<Early, Value> result;
    bool follower = false;  ///< somebody else had started the work
  };
  /// Says that the caller needs no more than `Early`. Called under the lock: must be quick.
  using Satisfied = std::function<bool(const Early&)>;

  /// The work's side of a flight.
  class Flight {
   public:
    /// Stop is requested when nobody waits any more.
    std::stop_token stop_token() const { return stop_.get_token(); }
    /// Publishes `early`. False when that satisfied every caller: the work should then return.
    bool Announce(Early early) { return owner_->Announce(*this, std::move(early)); }

   private:
    friend class Singleflight;
    struct Caller {
      std::shared_ptr<Event> event;
      Satisfied satisfied;
      std::optional<std::variant<Early, Expected<Value>>> outcome;
    };
    Flight(Singleflight* owner, std::string key) : owner_(owner), key_(std::move(key)) {}

    Singleflight* owner_;
    const std::string key_;
    std::stop_source stop_;
    std::optional<Early> early_;
    std::vector<Caller*> callers_;  // each points into the frame of a suspended Join
  };

  using Work = std::function<Awaitable<Expected<Value>>(Flight&)>;
  /// Told of every exception that ends an attempt.
  using OnDeath = std::function<void(const std::string& key, std::exception_ptr)>;

  explicit Singleflight(asio::io_context& context, OnDeath on_death = {})
      : context_(context), on_death_(std::move(on_death)) {}
  Singleflight(const Singleflight&) = delete;
  Singleflight& operator=(const Singleflight&) = delete;

  /// Joins the flight for `key` or starts it with `work`. Errors: the work's own, kCancelled (stop
  /// was requested on behalf of this caller), kFlightFailed.
  Awaitable<Expected<Landing>> Join(std::string key, Satisfied satisfied, Work work,
                                    std::stop_token stop) {
    typename Flight::Caller caller;
    caller.event = std::make_shared<Event>(co_await asio::this_coro::executor);
    caller.satisfied = std::move(satisfied);
    std::shared_ptr<Flight> flight;
    bool follower = true;
    {
      const std::lock_guard lock(mutex_);
      auto& entry = flights_[key];
      if (!entry) {
        follower = false;
        entry = std::shared_ptr<Flight>(new Flight(this, key));
      } else if (entry->early_ && caller.satisfied && caller.satisfied(*entry->early_)) {
        co_return Landing{*entry->early_, true};
      }
      flight = entry;
      flight->callers_.push_back(&caller);
    }
    if (!follower) Launch(flight, std::move(work));
    co_await caller.event->Wait(kNever, std::move(stop));
    Leave(*flight, &caller);
    if (!caller.outcome) co_return Fail(ErrorKind::kCancelled);
    if (Early* early = std::get_if<Early>(&*caller.outcome)) {
      co_return Landing{std::move(*early), follower};
    }
    auto& value = std::get<Expected<Value>>(*caller.outcome);
    if (!value) co_return std::unexpected(std::move(value).error());
    co_return Landing{*std::move(value), follower};
  }

  /// Whether a caller for `key` would join a flight under way.
  bool Has(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    return flights_.contains(key);
  }
  /// Flights that somebody waits for.
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return flights_.size();
  }
  /// Flights whose work has not ended, those that nobody waits for included. Destroy this object
  /// only when there are none.
  int running() const { return running_; }
  /// Callers aboard them.
  std::size_t callers() const {
    const std::lock_guard lock(mutex_);
    std::size_t sum = 0;
    for (const auto& [key, flight] : flights_) sum += flight->callers_.size();
    return sum;
  }

 private:
  void Launch(const std::shared_ptr<Flight>& flight, Work work) {
    ++running_;
    asio::co_spawn(context_.get_executor(), Run(flight, std::move(work)),
                   [this, flight = flight](std::exception_ptr error) {
                     if (error) Land(*flight, Fail(ErrorKind::kFlightFailed));
                     --running_;
                   });
  }

  // Parameters by value: they live in this coroutine's frame.
  Awaitable<void> Run(std::shared_ptr<Flight> flight, Work work) {
    Expected<Value> result = Fail(ErrorKind::kFlightFailed);
    for (int attempt = 1; attempt <= kAttempts; ++attempt) {
      if (flight->stop_.stop_requested()) break;
      std::exception_ptr death;
      try {
        result = co_await work(*flight);
      } catch (...) {
        death = std::current_exception();
      }
      if (!death) break;
      if (on_death_) on_death_(flight->key_, death);
    }
    Land(*flight, std::move(result));
  }

  bool Announce(Flight& flight, Early early) {
    std::stop_source deserted(std::nostopstate);
    const Stopping stopping(deserted);
    const std::lock_guard lock(mutex_);
    flight.early_ = std::move(early);
    std::erase_if(flight.callers_, [&](typename Flight::Caller* caller) {
      if (!caller->satisfied || !caller->satisfied(*flight.early_)) return false;
      caller->outcome.emplace(*flight.early_);
      caller->event->Set();
      return true;
    });
    deserted = CloseIfDeserted(flight);
    return !flight.callers_.empty();
  }

  // A caller who has no outcome yet goes without.
  void Leave(Flight& flight, typename Flight::Caller* caller) {
    std::stop_source deserted(std::nostopstate);
    const Stopping stopping(deserted);
    const std::lock_guard lock(mutex_);
    if (caller->outcome) return;
    std::erase(flight.callers_, caller);
    deserted = CloseIfDeserted(flight);
  }

  // Requests the stop of what it was given, once the lock that was taken after it is released: who
  // is told may do anything, as to join another flight.
  class Stopping {
   public:
    explicit Stopping(std::stop_source& source) : source_(source) {}
    ~Stopping() { source_.request_stop(); }
    Stopping(const Stopping&) = delete;
    Stopping& operator=(const Stopping&) = delete;

   private:
    std::stop_source& source_;
  };

  // What is to be stopped, if nobody is left. Newcomers must not board a flight that is told to
  // stop, so it leaves the map at once.
  std::stop_source CloseIfDeserted(Flight& flight) {
    if (!flight.callers_.empty()) return std::stop_source(std::nostopstate);
    Forget(flight);
    return flight.stop_;
  }

  void Land(Flight& flight, Expected<Value> result) {
    const std::lock_guard lock(mutex_);
    Forget(flight);
    for (typename Flight::Caller* caller : flight.callers_) {
      caller->outcome.emplace(result);
      caller->event->Set();
    }
    flight.callers_.clear();
  }

  void Forget(const Flight& flight) {
    const auto entry = flights_.find(flight.key_);
    if (entry != flights_.end() && entry->second.get() == &flight) flights_.erase(entry);
  }

  asio::io_context& context_;
  const OnDeath on_death_;
  std::atomic<int> running_ = 0;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
};

}  // namespace whittle::async
