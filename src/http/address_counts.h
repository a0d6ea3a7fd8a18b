// How many connections each client has, where there is a limit to that.
//
// Any thread; one short lock when a connection comes and one when it goes. As large as there are
// clients with a connection.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace whittle::http {

class AddressCounts : public std::enable_shared_from_this<AddressCounts> {
 public:
  /// One connection's share, given back when it is destroyed. Keeps the counts alive.
  class Entry {
   public:
    Entry() = default;
    Entry(Entry&&) = default;
    Entry& operator=(Entry&&) = delete;
    ~Entry() {
      if (counts_) counts_->Leave(client_);
    }

   private:
    friend class AddressCounts;
    Entry(std::shared_ptr<AddressCounts> counts, std::uint64_t client)
        : counts_(std::move(counts)), client_(client) {}
    std::shared_ptr<AddressCounts> counts_;
    std::uint64_t client_ = 0;
  };

  /// `limit` 0: none.
  explicit AddressCounts(std::uint32_t limit) : limit_(limit) {}

  /// Nothing when the client has as many as it may. 0, a client that nobody knows, is not counted.
  std::optional<Entry> Enter(std::uint64_t client) {
    if (limit_ == 0 || client == 0) return Entry();
    const std::lock_guard lock(mutex_);
    std::uint32_t& count = counts_[client];
    if (count >= limit_) return std::nullopt;
    ++count;
    return Entry(shared_from_this(), client);
  }

 private:
  void Leave(std::uint64_t client) {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(client);
    if (--found->second == 0) counts_.erase(found);
  }

  const std::uint32_t limit_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::uint32_t> counts_;
};

}  // namespace whittle::http
