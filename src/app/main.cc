// The program `whittle`.
#include "app/allocator.h"
#include "app/cli.h"
#include "app/fork_server.h"
#include "app/serve.h"

int main(int argc, char** argv) {
  whittle::app::LeaveMimallocWhereAddressesAreFew(argv);
  if (whittle::app::IsForkServer(argc, argv)) return whittle::app::RunForkServer(argv[2]);
  whittle::app::ConfigureAllocator();
  return whittle::app::RunCommandLine(argc, argv, whittle::app::Serve);
}
