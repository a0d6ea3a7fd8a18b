// HEIF input as the settings want it, for as long as this lives: decoded in processes of its own,
// on the server's threads, or not at all.
//
// One at a time, made before any thread opens a picture and destroyed after the last has. Without
// one HEIF is decoded in this process, as the commands and the library do it.
#pragma once

#include <memory>

#include "app/settings.h"

namespace whittle::sandbox {
class PictureProcesses;
}

namespace whittle::app {

class HeifInput {
 public:
  explicit HeifInput(const Settings& settings);
  ~HeifInput();
  HeifInput(const HeifInput&) = delete;
  HeifInput& operator=(const HeifInput&) = delete;

  /// Whether this process reads HEIF at the moment, if its build does.
  static bool on();

 private:
  std::unique_ptr<sandbox::PictureProcesses> processes_;
};

}  // namespace whittle::app
