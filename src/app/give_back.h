// What the allocator holds of memory that nobody uses goes back to the kernel.
//
// mimalloc 2.0.9 gives nothing of an arena back: neither its free blocks nor what is free in the
// segments that threads have taken from it. So we claim all of that as blocks, tell the kernel that
// it may have their pages, and free them again. Each thread can reach only its own segments.
#pragma once

#ifdef WHITTLE_MIMALLOC
#include <mimalloc.h>
#endif

namespace whittle::app {

#ifdef WHITTLE_MIMALLOC
/// The arena that GiveBackMemory empties. Called once, by ConfigureAllocator.
void OwnArena(mi_arena_id_t arena);
#endif

/// Gives back the free part of the arena, and what the calling thread has freed. Any thread; one
/// works while others wait. What is allocated from the arena meanwhile comes from the kernel. Cost:
/// 0.3 to 0.5 ms when there is little to give, and the page faults of those who want it again. Does
/// nothing in a sanitizer build.
void GiveBackMemory();

}  // namespace whittle::app
