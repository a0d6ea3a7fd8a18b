// One result, from its plan to its file, but for the streaming in between: what an encoder is told
// of the source, and what may stand in the result's place.
//
// One job, one thread. Everything given must outlive it.
#pragma once

#include <optional>
#include <stop_token>

#include "codec/codec.h"
#include "pipeline/job.h"
#include "pipeline/run.h"

namespace whittle::pipeline {

class SharedPlanes;

class OneResult {
 public:
  OneResult(Workspace& workspace, Prepared& prepared, std::stop_token stop, PhaseObserver& phases)
      : workspace_(workspace), prepared_(prepared), stop_(std::move(stop)), phases_(phases) {}
  OneResult(const OneResult&) = delete;
  OneResult& operator=(const OneResult&) = delete;

  /// Makes room, and the job, as Workspace::Prepare, with its errors. Call once, before all else.
  Expected<void> Begin(const SharedPlanes* shared = nullptr);
  bool begun() const { return job_.has_value(); }
  /// Once begun.
  const Job& job() const { return *job_; }
  /// What `bytes`, which were streamed, end as.
  Encoded End(Bytes bytes);

 private:
  Workspace& workspace_;
  Prepared& prepared_;
  const std::stop_token stop_;
  PhaseObserver& phases_;
  codec::Metadata metadata_;
  bool truncated_ = false;
  std::optional<Job> job_;
};

}  // namespace whittle::pipeline
