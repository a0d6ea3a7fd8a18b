// What a thread holds that allocates now and then, beside others that work on large pictures.
//
// An allocator gives each thread segments of its own: with mimalloc 32 MiB of addresses, of which
// only what is touched is memory. A thread that has freed all its blocks gives its segment up, and
// its next block may make it take one that a large picture has filled. Nobody but the thread itself
// could give that memory back (app/give_back.h), and one that writes a log line a day never does.
// So it keeps the segment that it had at its start.
//
// Made and destroyed on that thread. Cost: a block of 16 bytes.
#pragma once

#include <memory>

namespace whittle {

class KeptSegment {
 public:
  KeptSegment();  ///< not inline, or compilers leave the block out

 private:
  std::unique_ptr<char> block_;
};

}  // namespace whittle
