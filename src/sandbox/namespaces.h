// A process tree that sees no other process, no network and no shared memory of the host's.
#pragma once

namespace whittle::sandbox {

/// Moves the calling process, which must have one thread, into new user, network and IPC
/// namespaces, and forks: the caller goes on as process 1 of a new pid namespace, and what was the
/// caller waits for it and ends with it, and it with that. Returns in the new process. False, with
/// nothing changed, where the host forbids it (user.max_user_namespaces, a container's filter).
bool EnterNamespaces();

/// Gives up every capability, also those over the new namespaces.
bool DropCapabilities();

/// This process is killed when the one that forked it, `parent`, ends. False when it has.
bool EndWith(int parent);

}  // namespace whittle::sandbox
