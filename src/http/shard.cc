#include "http/shard.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <new>
#include <utility>

#include "base/what.h"
#include "http/plain_stream.h"

namespace whittle::http {
namespace {

// A connection that has just come may have a request on its way, so a silent one is let live a
// moment while there is another way to make room.
constexpr auto kSilentGrace = std::chrono::seconds(1);
// More silent ones than idle ones, and than one in so many of all, are a flood and have no grace.
// Honest clients send within a round trip, and are never so many at a time.
constexpr std::size_t kFlood = 8;
constexpr int kLooks = 16;  // at the oldest, for one that no request has just come on

// One connection in the metrics.
class Counted {
 public:
  explicit Counted(observe::Metrics& metrics) : metrics_(&metrics) { metrics_->connections.Add(1); }
  Counted(Counted&& other) noexcept : metrics_(std::exchange(other.metrics_, nullptr)) {}
  Counted& operator=(Counted&&) = delete;
  ~Counted() {
    if (metrics_ != nullptr) metrics_->connections.Add(-1);
  }

 private:
  observe::Metrics* metrics_;
};

// All that a connection holds lives in this frame, and goes with it however it ends.
async::Awaitable<void> Host(std::shared_ptr<Session> session, Sessions::Seat, AddressCounts::Entry,
                            Counted) {
  co_await session->Run();
}

}  // namespace

void Shard::Deal(Newcomer newcomer) {
  auto take_in = [this, newcomer = std::move(newcomer),
                  seat = Sessions::Seat(sessions_)]() mutable {
    try {
      TakeIn(std::move(newcomer), std::move(seat));
    } catch (const std::bad_alloc&) {  // this one is lost, the others are not
      context_.refusals.CountConnection();
    }
  };
  asio::post(io_, std::move(take_in));
}

void Shard::TakeIn(Newcomer newcomer, Sessions::Seat seat) {
  while (sessions_->seated() >= limit_ && EvictOne()) {
  }
  const bool crowded = sessions_->seated() >= limit_;
  if (sessions_->seated() >= limit_ + reserve_) {
    EvictFrom(Sessions::State::kSilent, Clock::time_point::max());
  }

  const async::Strand strand = io_.get_executor();
  auto session = std::make_shared<Session>(
      strand,
      MakePlainStream(strand, newcomer.accepted.family, std::move(newcomer.accepted.socket)),
      std::move(newcomer.accepted.peer), context_, *sessions_, crowded);
  seat.Take(session, session->place());
  asio::co_spawn(strand,
                 Host(std::move(session), std::move(seat), std::move(newcomer.entry),
                      Counted(context_.metrics)),
                 [this](std::exception_ptr thrown) {
                   if (thrown) context_.log.Error("a session died", {{"what", What(thrown)}});
                 });
}

bool Shard::EvictOne() {
  const auto grace = IsFlooded() ? Clock::duration::zero() : kSilentGrace;
  return EvictFrom(Sessions::State::kSilent, context_.now() - grace) ||
         EvictFrom(Sessions::State::kIdle, Clock::time_point::max());
}

// By connections that say nothing: clients who have asked before must not make room for them.
bool Shard::IsFlooded() const {
  const std::size_t silent = sessions_->In(Sessions::State::kSilent).size();
  return silent > sessions_->seated() / kFlood &&
         silent > sessions_->In(Sessions::State::kIdle).size();
}

// The oldest of them that came before that time and has nothing to say.
bool Shard::EvictFrom(Sessions::State state, Clock::time_point before) {
  int looks = 0;
  for (Session* session : sessions_->In(state)) {
    if (session->since() > before || ++looks > kLooks) return false;
    if (!session->Evict()) continue;
    context_.refusals.CountEvicted();
    return true;
  }
  return false;
}

async::Awaitable<void> Shard::Sweep(std::function<bool()> alive,
                                    std::function<void(Clock::time_point)> each) {
  while (alive()) {
    tick_.expires_after(context_.limits.sweep_every);
    co_await tick_.async_wait(async::kAwaitTuple);
    const auto now = context_.now();
    sessions_->ForEachDue([now](Session& session) { return session.ExpireIfDue(now); });
    each(now);
  }
}

void Shard::Drain() {
  asio::post(io_, [this] { sessions_->ForEach([](Session& session) { session.BeginDrain(); }); });
}

void Shard::Abort() {
  asio::post(io_, [this] { sessions_->ForEach([](Session& session) { session.Abort(); }); });
}

}  // namespace whittle::http
