#include "app/serve.h"

#include <iostream>

namespace whittle::app {

int Serve(const Settings&) {
  std::cerr << "whittle: the server is not part of this build\n";
  return 1;
}

}  // namespace whittle::app
