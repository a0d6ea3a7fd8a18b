// The program `whittle`.
#include "app/allocator.h"
#include "app/cli.h"
#include "app/serve.h"

int main(int argc, char** argv) {
  whittle::app::ConfigureAllocator();
  return whittle::app::RunCommandLine(argc, argv, whittle::app::Serve);
}
