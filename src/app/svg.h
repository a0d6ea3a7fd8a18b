// SVG input as the settings want it: a renderer in processes of its own, for as long as this lives.
//
// One at a time, made before any thread opens a picture and destroyed after the last has. In a
// build without SVG it can only be off.
#pragma once

#include <memory>
#include <string>

#include "app/settings.h"

namespace whittle::sandbox {
class SvgProcesses;
}

namespace whittle::app {

class SvgInput {
 public:
  explicit SvgInput(const Settings& settings);
  ~SvgInput();
  SvgInput(const SvgInput&) = delete;
  SvgInput& operator=(const SvgInput&) = delete;

  bool ok() const { return problem_.empty(); }
  /// Why it is not as the settings want it, for the operator.
  const std::string& problem() const { return problem_; }
  /// What this host keeps the processes that draw from having, for the operator; empty when all is
  /// well.
  std::string warning() const;
  /// Whether this process reads SVG at the moment.
  static bool on();

 private:
  std::unique_ptr<sandbox::SvgProcesses> processes_;
  std::string problem_;
};

}  // namespace whittle::app
