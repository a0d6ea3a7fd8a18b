// For tests of what a job hands to decoders: a codec that opens nothing and remembers who may stop
// it and what its limits are, and a job that asks it.
//
// What it remembers is the program's, so one test at a time.
#pragma once

#include <memory>
#include <stop_token>
#include <utility>

#include "codec/quality_scale.h"
#include "pipeline/job.h"
#include "tests/pipeline/jobs.h"

namespace whittle::pipeline {

struct Handed {
  int times = 0;
  std::stop_token stop;
  Limits limits;
};
inline Handed handed;

template <class Source>
Expected<std::unique_ptr<Source>> Remember(ByteView, const Limits& limits, std::stop_token stop) {
  handed = {.times = handed.times + 1, .stop = std::move(stop), .limits = limits};
  return Fail(ErrorKind::kUndecodable);
}

/// For the way that is not to be taken.
inline Expected<std::unique_ptr<codec::PlaneSource>> Refuse(ByteView, const Limits&,
                                                            std::stop_token) {
  return Fail(ErrorKind::kInternal);
}

inline constexpr codec::QualityScale kAnyScale = {
    .points = {{{40, 60}, {50, 65}, {60, 70}, {70, 75}, {80, 80}, {90, 85}, {95, 90}}}};

/// One whose quality is chosen by look. Its pictures are of rows.
inline constexpr codec::Codec kRemembers = {
    .name = "rows",
    .probe = [](ByteView, const Limits&) -> Expected<codec::Header> { return codec::Header(); },
    .open = Remember<codec::RowSource>,
    .open_planes = Remember<codec::PlaneSource>,
    .open_frames = Remember<codec::FrameSource>,
    .quality_scale = &kAnyScale,
};

/// The same with pictures of one plane.
inline constexpr codec::Codec kRemembersPlanes = {
    .name = "planes",
    .probe = [](ByteView, const Limits&) -> Expected<codec::Header> {
      codec::Header header;
      header.planes = {.count = 1};
      return header;
    },
    .open_planes = Remember<codec::PlaneSource>,
    .open_planes_to_shrink = Refuse,
    .quality_scale = &kAnyScale,
};

/// One whose pictures are to be shrunk.
inline constexpr codec::Codec kRemembersShrunk = {
    .name = "planes",
    .open_planes = Refuse,
    .open_planes_to_shrink = Remember<codec::PlaneSource>,
};

/// A job whose stop token and limits are like no other's.
class RememberedJob {
 public:
  Job Of(const codec::Codec& input) {
    return {.input = input,
            .source = {},
            .header = header_,
            .plan = plan_,
            .limits = limits_,
            .result = {.width = 8, .height = 8, .format = pixel::PixelFormat::kGrey8},
            .stop = stop_.get_token(),
            .phases = phases_,
            .workspace = workspace_,
            .truncated = truncated_};
  }
  Plan& plan() { return plan_; }
  const Limits& limits() const { return limits_; }
  std::stop_token stop() const { return stop_.get_token(); }
  Workspace& workspace() { return workspace_; }
  /// Since the job was made it has asked once, with what is its own.
  bool HandedOnOnce() const {
    return handed.times == times_ + 1 && handed.stop == stop() &&
           handed.limits.max_working_bytes == limits_.max_working_bytes;
  }

 private:
  const int times_ = handed.times;
  const std::stop_source stop_;
  const Limits limits_ = {.max_working_bytes = 12'345'678};
  codec::Header header_;
  Plan plan_;
  Workspace workspace_;
  StopsAt phases_{StopsAt::kNever};
  bool truncated_ = false;
};

}  // namespace whittle::pipeline
