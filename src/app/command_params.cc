#include <iostream>

#include "app/commands.h"
#include "transform/params.h"

namespace whittle::app {

int RunParams() {
  std::cout << transform::ParamsAsMarkdown();
  return kExitOk;
}

}  // namespace whittle::app
