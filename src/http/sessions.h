// The connections of one thread, by what they wait for, each list in the order in which they came.
//
// A Seat is a connection's right to be here: taken by whoever accepts it, on any thread, and given
// back when the last of its coroutine is gone, however that ends. All else happens on the thread
// that the sessions run on, without a lock, except what is marked.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <utility>

namespace whittle::http {

class Session;

class Sessions {
 public:
  enum class State : std::uint8_t {
    kSilent,  ///< has never sent a byte
    kIdle,    ///< is kept, and waits for the first byte of another request
    kBusy,
  };
  using List = std::list<Session*>;

  /// A session's place in the lists: a member of it.
  struct Place {
    List::iterator at;
    State state = State::kSilent;
    bool listed = false;
  };

  /// Connections that have a seat. Any thread.
  std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  /// Those that have taken it.
  std::size_t seated() const { return lists_[0].size() + lists_[1].size() + lists_[2].size(); }
  /// Of them, those that wait for their client and may be closed. Any thread.
  std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

  const List& In(State state) const { return lists_[Index(state)]; }
  /// Moves a session to the end of that list; nothing when it has left.
  void Move(Place& place, State state) {
    if (!place.listed || place.state == state) return;
    List& to = lists_[Index(state)];
    to.splice(to.end(), lists_[Index(place.state)], place.at);
    place.state = state;
    CountWaiting();
  }
  /// Takes its seat from a session that is being closed, which still lives for a moment.
  void Leave(Place& place) {
    if (!std::exchange(place.listed, false)) return;
    lists_[Index(place.state)].erase(place.at);
    size_.fetch_sub(1, std::memory_order_relaxed);
    CountWaiting();
  }
  /// Takes that back, for one that has got a request after all; there may be one more then.
  void Return(Place& place, Session* session) {
    if (std::exchange(place.listed, true)) return;
    List& busy = lists_[Index(State::kBusy)];
    place.at = busy.insert(busy.end(), session);
    place.state = State::kBusy;
    size_.fetch_add(1, std::memory_order_relaxed);
  }
  /// Asks each that is busy, and of those that wait for their client the oldest until one says that
  /// its time has not come: all have the same time from when they came into their list, and there
  /// may be thousands.
  template <class IsDue>
  void ForEachDue(const IsDue& is_due) const {
    for (Session* session : In(State::kBusy)) is_due(*session);
    for (const State state : {State::kSilent, State::kIdle}) {
      for (Session* session : In(state)) {
        if (!is_due(*session)) break;
      }
    }
  }
  template <class F>
  void ForEach(const F& f) const {
    for (const List& list : lists_) {
      for (Session* session : list) f(*session);
    }
  }

  class Seat;

 private:
  static std::size_t Index(State state) { return static_cast<std::size_t>(state); }
  void CountWaiting() {
    waiting_.store(In(State::kSilent).size() + In(State::kIdle).size(), std::memory_order_relaxed);
  }

  std::array<List, 3> lists_;
  std::atomic<std::size_t> size_ = 0;
  std::atomic<std::size_t> waiting_ = 0;
};

class Sessions::Seat {
 public:
  /// Counts one connection more. Any thread.
  explicit Seat(std::shared_ptr<Sessions> sessions) : sessions_(std::move(sessions)) {
    sessions_->size_.fetch_add(1, std::memory_order_relaxed);
  }
  Seat(Seat&& other) noexcept
      : sessions_(std::move(other.sessions_)),
        session_(std::move(other.session_)),
        place_(std::exchange(other.place_, nullptr)) {}
  Seat& operator=(Seat&&) = delete;
  ~Seat() {
    if (!sessions_) return;
    if (place_ != nullptr) {
      sessions_->Leave(*place_);
    } else {
      sessions_->size_.fetch_sub(1, std::memory_order_relaxed);
    }
  }

  /// `session`, whose member `place` is, sits down, and lives as long as the seat.
  void Take(std::shared_ptr<Session> session, Place& place) {
    List& silent = sessions_->lists_[Index(State::kSilent)];
    place = {.at = silent.insert(silent.end(), session.get()), .listed = true};
    place_ = &place;
    session_ = std::move(session);
    sessions_->CountWaiting();
  }

 private:
  std::shared_ptr<Sessions> sessions_;
  std::shared_ptr<Session> session_;
  Place* place_ = nullptr;  // in it
};

}  // namespace whittle::http
