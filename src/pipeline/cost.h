// What a job will cost in CPU time, guessed from its plan before it begins.
//
// Pure functions, any thread.
#pragma once

#include <cstdint>

#include "codec/codec.h"
#include "pipeline/plan.h"

namespace whittle::pipeline {

/// A way through the pipeline: jobs that share it differ from the guess by about the same factor.
/// Codecs, effort, and what else decides which code runs. There are some thousands.
using Path = std::uint32_t;

struct Guess {
  double cpu_ns = 0;
  double decode_ns = 0;  ///< what of it is the decoder's
  Path path = 0;
};

/// From the pixels of source and result, and the own figures of codecs and operations for each.
Guess GuessCost(const codec::Codec& input, const codec::Header& header, const Plan& plan,
                const codec::EncodeSpec& result);

}  // namespace whittle::pipeline
