// The memory allocator of the program: mimalloc in place of the C library's malloc.
//
// The executable links libmimalloc before everything else, so malloc of every library resolves to
// it. Sanitizer builds keep the sanitizer's allocator. Called by main and --version only.
#pragma once

#include <string>

namespace whittle::app {

/// Call first in main. With less than 2 GiB of address space (RLIMIT_AS) this process becomes one
/// that uses the C library's malloc: mimalloc takes 32 MiB of it for each thread and 512 at start,
/// and would find none left while most is unused. Returns in all other cases, and when it is that
/// process already.
void LeaveMimallocWhereAddressesAreFew(char** argv);

/// Call then, before other threads exist. Cost: one mmap, no memory touched.
void ConfigureAllocator();

/// For --version, e.g. "mimalloc 2.0.9 (serves malloc: yes, libjpeg: yes)". Both answers are found
/// out by allocating, not taken from how the program was built. About a millisecond.
std::string DescribeAllocator();

}  // namespace whittle::app
