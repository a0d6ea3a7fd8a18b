// The process that draws SVG for a server: a fork server and its workers.
//
// It loads librsvg once and reads no stranger's byte; for each picture it forks a worker, which
// confines itself (confine.h), draws and ends. It is the program itself, started by SvgProcesses
// with a socket at kControlDescriptor, and ends when the other end of that is closed.
#pragma once

namespace whittle::sandbox {

/// Serves until the socket is closed; returns the exit code. The main thread, the only one.
int RunSvgForkServer();

}  // namespace whittle::sandbox
