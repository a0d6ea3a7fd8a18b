#include "app/fork_server.h"

#include <string_view>

#include "sandbox/fork_server.h"
#include "sandbox/messages.h"
#include "sandbox/picture_messages.h"
#include "sandbox/picture_worker.h"
#if WHITTLE_SVG
#include "sandbox/svg_messages.h"
#include "sandbox/svg_worker.h"
#endif

namespace whittle::app {

bool IsForkServer(int argc, const char* const* argv) {
  return argc == 3 && std::string_view(argv[1]) == sandbox::kForkServerCommand;
}

int RunForkServer(const char* work) {
#if WHITTLE_SVG
  if (std::string_view(work) == sandbox::kSvgWork) {
    return sandbox::RunForkServer(sandbox::PrepareSvg);
  }
#endif
  if (std::string_view(work) == sandbox::kPictureWork) {
    return sandbox::RunForkServer(sandbox::PreparePictures);
  }
  return 1;
}

}  // namespace whittle::app
