// The memory allocator of the program: mimalloc in place of the C library's malloc.
//
// The executable links libmimalloc before everything else, so malloc of every library resolves to
// it. Sanitizer builds keep the sanitizer's allocator. Called by main and --version only.
#pragma once

#include <string>

namespace whittle::app {

/// Call first in main, before other threads exist. Cost: one mmap, no memory touched.
void ConfigureAllocator();

/// For --version, e.g. "mimalloc 2.0.9 (serves malloc: yes, libjpeg: yes)". Both answers are found
/// out by allocating, not taken from how the program was built. About a millisecond.
std::string DescribeAllocator();

}  // namespace whittle::app
