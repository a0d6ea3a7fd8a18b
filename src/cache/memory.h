// Finished things, kept in memory by name until their room is needed: least recently used go first.
//
// The service keeps results in one. Knows neither pictures nor clocks nor files: whether a thing is
// still true is for its owner to say. Names are compared in full, so no two things are ever mixed
// up. Thread-safe: one lock, held for a look-up and a few pointers; things are destroyed outside
// it.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace whittle::cache {

template <class T>
class Memory {
 public:
  using Pointer = std::shared_ptr<const T>;

  /// What a thing costs on top of what its owner says and of its name: a list node, a map node.
  static constexpr std::size_t kOverhead = 160;

  /// Keeps at most `bound` bytes; 0 keeps nothing.
  explicit Memory(std::size_t bound) : bound_(bound) {}
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  /// True when something of `cost` bytes, called `key`, would be kept.
  bool Fits(std::string_view key, std::size_t cost) const {
    const std::size_t fixed = key.size() + kOverhead;
    return fixed <= bound_ && cost <= bound_ - fixed;
  }

  /// What was kept as `key` last, or null. It is now the most recently used.
  Pointer Find(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return found->second->value;
  }

  /// Keeps `value`, which holds `cost` bytes, in place of what `key` named before. When that costs
  /// more than the whole bound, nothing else has to go for it: `key` then names nothing.
  void Keep(std::string_view key, Pointer value, std::size_t cost) {
    std::list<Kept> gone;
    std::list<Kept> added;
    if (Fits(key, cost)) {
      added.push_back({std::string(key), std::move(value), key.size() + kOverhead + cost});
    }
    const std::lock_guard lock(mutex_);
    if (const auto old = by_key_.find(key); old != by_key_.end()) Remove(old->second, gone);
    if (added.empty()) return;
    while (bytes_ > bound_ - added.front().cost) Remove(std::prev(by_use_.end()), gone);
    by_key_.emplace(added.front().key, added.begin());
    bytes_ += added.front().cost;
    by_use_.splice(by_use_.begin(), added);
  }

  /// Forgets what `key` names.
  void Drop(std::string_view key) {
    std::list<Kept> gone;
    const std::lock_guard lock(mutex_);
    if (const auto found = by_key_.find(key); found != by_key_.end()) Remove(found->second, gone);
  }

  /// Forgets what was used least recently, until that has cost `bytes` or nothing is left.
  void Release(std::size_t bytes) {
    std::list<Kept> gone;
    const std::lock_guard lock(mutex_);
    for (std::size_t sum = 0; sum < bytes && !by_use_.empty();) {
      sum += by_use_.back().cost;
      Remove(std::prev(by_use_.end()), gone);
    }
  }

  /// Bytes kept, names and overhead included.
  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  struct Kept {
    std::string key;
    Pointer value;
    std::size_t cost = 0;
  };
  using Place = typename std::list<Kept>::iterator;

  // Moves it to `gone`, which its caller destroys after the lock.
  void Remove(Place place, std::list<Kept>& gone) {
    by_key_.erase(place->key);
    bytes_ -= place->cost;
    gone.splice(gone.begin(), by_use_, place);
  }

  const std::size_t bound_;
  mutable std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::list<Kept> by_use_;                              // the one used last is at the front
  std::unordered_map<std::string_view, Place> by_key_;  // views of the keys in by_use_
};

}  // namespace whittle::cache
