// Which of the jobs that could be done together with one a worker takes along.
//
// Doing them together saves CPU, and makes the first wait for the last. So while other workers have
// nothing to do, no more are taken along than that all are done about as soon as by all workers
// apart. Pure function.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

#include "async/waiting_list.h"

namespace whittle::async {

/// So many jobs are done together at most: each is an encoder beside the others in the caches.
inline constexpr std::size_t kMostTogether = 8;

/// Whether a job is worth being done with others: what it shares is an eighth of it.
inline bool PaysTogether(const Cost& cost) { return cost.kin && cost.shared_cpu >= cost.cpu / 8; }

/// How many of `mates`, from the front, go along with `first`. `idle`: workers besides.
std::size_t TakenAlong(const Cost& first, std::span<WaitingList::Job* const> mates, int idle);

}  // namespace whittle::async
