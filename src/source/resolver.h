// Names to addresses, without blocking anybody: getaddrinfo on a few threads of its own, and a
// small memory of what it said.
//
// There is one lookup for a name at a time, whoever asks for it; a lookup that hangs costs a
// thread, which is replaced, up to a number (async/blocking_pool.h). While a name can't be looked
// up, its last addresses stand, so that a nameserver's pause is nobody's. The caller connects to
// just what it got: nothing is looked up twice.
//
// Thread-safe. Cost: a lock for a name that is known, else what getaddrinfo takes.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "async/blocking_pool.h"
#include "source/address.h"
#include "source/wait.h"
#include "whittle/expected.h"

namespace whittle::source {

using Addresses = std::vector<Address>;

/// Looks a name up; may block. Errors: kUpstream.
using Lookup = std::function<Expected<Addresses>(const std::string& name)>;

/// By getaddrinfo, so by /etc/hosts, nsswitch.conf and resolv.conf. At most 16 addresses.
Expected<Addresses> LookUpByLibc(const std::string& name);

class Resolver {
 public:
  using Now = std::function<async::Clock::time_point()>;
  struct Options {
    Lookup lookup = &LookUpByLibc;
    int threads = 4;
    int most_lost = 8;                                       ///< threads that hang in lookups
    async::Clock::duration limit = std::chrono::seconds(2);  ///< of one lookup
    async::Clock::duration keep = std::chrono::seconds(30);
    async::Clock::duration keep_failure = std::chrono::seconds(1);
    async::Clock::duration keep_stale = std::chrono::hours(1);  ///< while lookups fail
    std::size_t most_names = 1024;
    Now now = &async::Clock::now;
  };

  explicit Resolver(const Options& options);

  /// Errors: kUpstream (there is no such name), kUpstreamTimeout (no answer in time), kOverloaded
  /// (too many look up), kCancelled. The coroutine must run on a strand.
  async::Awaitable<Expected<Addresses>> Find(std::string name, Wait wait);

 private:
  struct Entry {
    Expected<Addresses> result = Addresses();
    Addresses last;  // that were found, while `result` is an error
    async::Clock::time_point found_at{};
    async::Clock::time_point until{};  // when to look again
    bool looking = false;
    std::vector<std::weak_ptr<async::Event>> waiting;  // who leaves takes the event along
    std::list<std::string>::iterator turn;
  };

  Entry& EntryLocked(const std::string& name);
  void Keep(const std::string& name, Expected<Addresses> result);
  void Release(const std::string& name);

  const Options options_;
  async::BlockingPool threads_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> names_;
  std::list<std::string> turns_;  // the name used last is at the end
};

}  // namespace whittle::source
