#include "service/fetches.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <cstddef>
#include <utility>
#include <variant>

namespace whittle::service {
namespace {

// No path and no validator has a line's end.
std::string KeyOf(const SourceRef& ref, const source::Validator& known) {
  std::string key;
  key.reserve(ref.source.size() + ref.path.size() + ref.version.size() + known.text.size() + 3);
  return key.append(ref.source)
      .append("\n")
      .append(ref.path)
      .append("\n")
      .append(ref.version)
      .append("\n")
      .append(known.text);
}

// How long those who have company wait for more: a millisecond for each megabyte, of which a decode
// takes ten.
async::Clock::time_point GathersUntil(const source::Found& found) {
  constexpr std::size_t kLeast = 512 << 10;
  constexpr std::size_t kMost = 3 << 20;
  const auto* const fetched = std::get_if<source::Fetched>(&found.what);
  if (fetched == nullptr || fetched->bytes.size() < kLeast) return {};
  return async::Clock::now() + std::chrono::nanoseconds(std::min(fetched->bytes.size(), kMost));
}

}  // namespace

struct Fetches::Held {
  Held(Fetches& fetches, std::string own_key, source::Found answer)
      : owner(fetches), key(std::move(own_key)), found(std::move(answer)) {}
  ~Held() { owner.Forget(*this); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  Fetches& owner;
  const std::string key;
  const source::Found found;
};

// The end of a flight, however that comes.
class Fetches::Landing {
 public:
  Landing(Fetches& owner, const std::string& key, Flight& flight)
      : owner_(owner), key_(key), flight_(flight) {}
  ~Landing() {
    const std::lock_guard lock(owner_.mutex_);
    owner_.CloseLocked(key_, flight_);
    flight_.landed = true;
    flight_.outcome = std::move(outcome_);
    for (const auto& event : flight_.waiting) event->Set();
  }
  Landing(const Landing&) = delete;
  Landing& operator=(const Landing&) = delete;
  void With(const Expected<FoundPtr>& outcome) { outcome_ = outcome; }

 private:
  Fetches& owner_;
  const std::string& key_;
  Flight& flight_;
  std::optional<Expected<FoundPtr>> outcome_;
};

async::Awaitable<Expected<Fetches::Answer>> Fetches::Fetch(source::Source& source, SourceRef ref,
                                                           source::Validator known,
                                                           source::Wait wait) {
  const async::Strand strand = co_await boost::asio::this_coro::executor;
  const std::string key = KeyOf(ref, known);
  while (!wait.stop.stop_requested()) {
    Place place = Board(key, wait.until, strand);
    if (place.held) {
      metrics_.fetches_shared.Add();
      co_return Answer{std::move(place.held), place.asked, true, place.gathers_until};
    }
    if (!place.flight) co_return co_await FetchAlone(source, ref, known, wait);
    Flight& flight = *place.flight;
    if (!place.event) co_return co_await Ask(source, ref, known, wait, key, flight);
    if (co_await place.event->Wait(async::kNever, wait.stop) != async::Event::Outcome::kSet) {
      Leave(key, flight);
      break;
    }
    if (!flight.outcome) continue;
    if (*flight.outcome) {
      metrics_.fetches_shared.Add();
      co_return Answer{**flight.outcome, flight.asked, true, flight.gathers_until};
    }
    const Error& error = flight.outcome->error();
    // The time of the one who asked was over.
    if (error.kind == ErrorKind::kOverloaded && async::Clock::now() < wait.until) continue;
    co_return std::unexpected(error);
  }
  co_return Fail(ErrorKind::kCancelled);
}

async::Awaitable<Expected<Fetches::Answer>> Fetches::FetchAlone(source::Source& source,
                                                                SourceRef ref,
                                                                source::Validator known,
                                                                source::Wait wait) {
  const auto asked = results_.now();
  WHITTLE_CO_TRY(source::Found found,
                 co_await Count(source, std::move(ref), std::move(known), std::move(wait)));
  co_return Answer{std::make_shared<const source::Found>(std::move(found)), asked, false};
}

// Asks for all who come aboard.
async::Awaitable<Expected<Fetches::Answer>> Fetches::Ask(source::Source& source, SourceRef ref,
                                                         source::Validator known, source::Wait wait,
                                                         const std::string& key, Flight& flight) {
  Landing landing(*this, key, flight);
  const std::stop_callback on_stop(wait.stop, [&] { Leave(key, flight); });
  auto found = co_await Count(source, std::move(ref), std::move(known),
                              {wait.until, flight.stop.get_token()});
  if (!found) {
    landing.With(std::unexpected(found.error()));
    co_return std::unexpected(std::move(found).error());
  }
  const FoundPtr held = Hold(key, *std::move(found), flight);
  landing.With(held);
  co_return Answer{held, flight.asked, false, flight.gathers_until};
}

async::Awaitable<Expected<source::Found>> Fetches::Count(source::Source& source, SourceRef ref,
                                                         source::Validator known,
                                                         source::Wait wait) {
  const bool looks_again = !known.empty();
  if (!looks_again) metrics_.reads.Add();
  auto found = co_await source.Fetch(std::move(ref), std::move(known), std::move(wait));
  if (!found) co_return found;
  if (const auto* fetched = std::get_if<source::Fetched>(&found->what)) {
    if (looks_again) metrics_.reads.Add();
    metrics_.source_bytes.Add(fetched->bytes.size());
  } else {
    metrics_.revalidations.Add();
  }
  co_return found;
}

Fetches::Place Fetches::Board(const std::string& key, async::Clock::time_point until,
                              const async::Strand& strand) {
  Place place;
  FoundPtr held;  // declared first: when it is the last one, it goes once the lock is released
  const std::lock_guard lock(mutex_);
  if (const auto known = held_.find(key); known != held_.end()) {
    held = known->second.found.lock();
    place.asked = known->second.asked;
    if (held && results_.IsBelieved(place.asked, held->fresh_for)) {
      async::Clock::time_point& until = known->second.gathers_until;
      if (until < async::Clock::now()) until = GathersUntil(*held);
      place.gathers_until = until;
      place.held = std::move(held);
      return place;
    }
  }
  std::shared_ptr<Flight>& flight = flights_[key];
  if (!flight) {
    flight = std::make_shared<Flight>(Flight{.until = until, .asked = results_.now()});
  } else if (flight->until > until) {
    return place;
  } else {
    place.event = std::make_shared<async::Event>(strand);
    flight->waiting.push_back(place.event);
    ++flight->callers;
  }
  place.flight = flight;
  return place;
}

// Others find the bytes, if that is what it is, until the last who works with them has let go.
Fetches::FoundPtr Fetches::Hold(const std::string& key, source::Found found, Flight& flight) {
  const bool has_bytes = std::holds_alternative<source::Fetched>(found.what);
  auto held = std::make_shared<const Held>(*this, key, std::move(found));
  FoundPtr answer(held, &held->found);
  if (has_bytes) {
    const std::lock_guard lock(mutex_);
    if (flight.callers > 1) flight.gathers_until = GathersUntil(held->found);
    held_.insert_or_assign(key, Known{held.get(), answer, flight.asked, flight.gathers_until});
  }
  return answer;
}

void Fetches::Forget(const Held& held) {
  const std::lock_guard lock(mutex_);
  const auto known = held_.find(held.key);
  if (known != held_.end() && known->second.held == &held) held_.erase(known);
}

void Fetches::Leave(const std::string& key, Flight& flight) {
  {
    const std::lock_guard lock(mutex_);
    if (flight.landed || --flight.callers > 0) return;
    CloseLocked(key, flight);
  }
  flight.stop.request_stop();  // without the lock: who is told may do anything
}

// Nobody boards it any more.
void Fetches::CloseLocked(const std::string& key, const Flight& flight) {
  const auto entry = flights_.find(key);
  if (entry != flights_.end() && entry->second.get() == &flight) flights_.erase(entry);
}

}  // namespace whittle::service
