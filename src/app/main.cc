// The program `whittle`.
#include "app/allocator.h"
#include "app/cli.h"
#include "app/serve.h"
#include "app/svg.h"

int main(int argc, char** argv) {
  if (whittle::app::IsSvgForkServer(argc, argv)) return whittle::app::RunSvgForkServer();
  whittle::app::ConfigureAllocator();
  return whittle::app::RunCommandLine(argc, argv, whittle::app::Serve);
}
