// The program as a process that forks workers for a server (sandbox/fork_server.h).
#pragma once

namespace whittle::app {

/// Whether the program was started to be one, and that.
bool IsForkServer(int argc, const char* const* argv);
int RunForkServer(const char* work);

}  // namespace whittle::app
