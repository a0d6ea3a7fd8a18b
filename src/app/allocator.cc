#include "app/allocator.h"

#ifdef WHITTLE_MIMALLOC
#include <fmt/format.h>
#include <mimalloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "app/give_back.h"
#include "codec/registry.h"

#endif

namespace whittle::app {

#ifdef WHITTLE_MIMALLOC
namespace {

// Blocks above 16 MiB (half of mimalloc's segment of 32) are not cached: mimalloc 2.0.9 takes each
// from the kernel and gives it back when freed, unless there is a reserved arena to take it from.
// Sources and the coefficients of progressive JPEG are that large. Cost of malloc, touching every
// page and free in microseconds per block, and memory held afterwards; two threads make blocks of
// 2..14 or 2..22 MiB every 20 ms, a third frees them; 2 CPUs, best and worst of three runs:
//                                        2..14 MiB           2..22 MiB
//   glibc 2.36                           128-229, 50 MB      377-1011, 100 MB
//   mimalloc 2.0.9 as it comes           125-194, 47 MB      2647-5463, 47 MB
//   decommit_delay, segment_decommit_delay 1000 ms
//                                        128-205, 48 MB      2122-2264, 74 MB
//   allow_decommit 0                     142-195, 66 MB      1969-2242, 66 MB
//   512 MiB reserved, committed on use   117-143, 44 MB      2462-2792, 39 MB
//   512 MiB reserved and committed       142-176, 57 MB      303-375, 113 MB   <- chosen
//   the same, delays 1000 ms             118-328, 60 MB      296-353, 104 MB
// "Committed" costs address space, not memory: the kernel hands out pages when they are touched.
// What does not fit into the arena is taken from the kernel as before.
constexpr std::size_t kArenaBytes = std::size_t{512} << 20;

// Larger than anything our own code allocates for a picture of this size, smaller than the
// coefficients that libjpeg keeps for a progressive one: 2 bytes for each sample.
constexpr std::size_t kProbeBlockBytes = std::size_t{1} << 20;
constexpr int kProbeSide = 1024;

// Address space below which mimalloc is left out.
constexpr rlim_t kFewAddresses = rlim_t{2} << 30;
// Found before what the executable was linked with: the C++ library's operator new, then malloc.
constexpr std::string_view kCLibraries = "libstdc++.so.6 libc.so.6";

/// Blocks of at least kProbeBlockBytes that this thread has allocated from mimalloc.
std::size_t LargeBlocks() {
  std::size_t count = 0;
  mi_heap_visit_blocks(
      mi_heap_get_default(), /*visit_all_blocks=*/false,
      [](const mi_heap_t*, const mi_heap_area_t* area, void*, std::size_t, void* arg) {
        if (area->block_size >= kProbeBlockBytes) *static_cast<std::size_t*>(arg) += area->used;
        return true;
      },
      &count);
  return count;
}

bool ServesMalloc() {
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  const std::unique_ptr<void, Free> block(std::malloc(16));
  return mi_is_in_heap_region(block.get());
}

/// True when a progressive JPEG in the making holds large blocks of mimalloc.
bool ServesLibjpeg() {
  const std::size_t before = LargeBlocks();
  const auto sink = codec::ByName("jpeg")->create(
      {.width = kProbeSide, .height = kProbeSide, .preset = Preset::kSmall});
  return sink.has_value() && LargeBlocks() > before;
}

}  // namespace

void LeaveMimallocWhereAddressesAreFew(char** argv) {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur >= kFewAddresses) return;
  constexpr const char* kPreload = "LD_PRELOAD";
  const char* const before = std::getenv(kPreload);
  const std::string_view others = before != nullptr ? before : "";
  if (others.starts_with(kCLibraries)) return;
  setenv(kPreload, fmt::format("{} {}", kCLibraries, others).c_str(), 1);
  setenv("MALLOC_ARENA_MAX", "1", 0);  // each more takes 64 MiB of addresses
  execv("/proc/self/exe", argv);       // on failure this process goes on as it is
}

void ConfigureAllocator() {
  // Without one, mimalloc 2.0.9 aborts where `new` finds no memory.
  std::set_new_handler([] { throw std::bad_alloc(); });
  if (!ServesMalloc()) return;
  mi_arena_id_t arena = 0;
  const int failed = mi_reserve_os_memory_ex(kArenaBytes, /*commit=*/true, /*allow_large=*/false,
                                             /*exclusive=*/false, &arena);
  if (failed == 0) OwnArena(arena);
}

std::string DescribeAllocator() {
  const int version = mi_version();  // 209 is 2.0.9
  const auto yes = [](bool answer) { return answer ? "yes" : "no"; };
  return fmt::format("mimalloc {}.{}.{} (serves malloc: {}, libjpeg: {})", version / 100,
                     version / 10 % 10, version % 10, yes(ServesMalloc()), yes(ServesLibjpeg()));
}

#else

void LeaveMimallocWhereAddressesAreFew(char**) {}

void ConfigureAllocator() {}

std::string DescribeAllocator() { return "mimalloc off (built with a sanitizer)"; }

#endif

}  // namespace whittle::app
