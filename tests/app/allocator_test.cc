// libjpeg's own memory manager, asked directly: its pools must come from mimalloc, as malloc's
// blocks do. The test program is linked in the same order as the product; that the product itself
// passes is in program_test.cc.
#include "app/allocator.h"

#include <gtest/gtest.h>
#include <jpeglib.h>

#include <cstdio>  // before jpeglib.h, which needs FILE
#include <cstdlib>

#ifdef WHITTLE_MIMALLOC
#include <mimalloc.h>
#endif

namespace whittle::app {
namespace {

#ifdef WHITTLE_MIMALLOC
TEST(Allocator, ServesLibjpegsPools) {
  jpeg_error_mgr errors;
  jpeg_decompress_struct decoder{};
  decoder.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&decoder);
  auto* const common = reinterpret_cast<j_common_ptr>(&decoder);
  for (const std::size_t bytes : {std::size_t{100}, std::size_t{1} << 20, std::size_t{20} << 20}) {
    EXPECT_TRUE(mi_is_in_heap_region(decoder.mem->alloc_small(common, JPOOL_IMAGE, 100)));
    EXPECT_TRUE(mi_is_in_heap_region(decoder.mem->alloc_large(common, JPOOL_IMAGE, bytes)))
        << bytes;
  }
  jpeg_destroy_decompress(&decoder);
}

TEST(Allocator, TellsMemoryThatIsNotItsOwn) {
  int on_the_stack = 0;
  EXPECT_FALSE(mi_is_in_heap_region(&on_the_stack)) << "else the tests above prove nothing";
}

TEST(Allocator, DescribesWhatItFoundOut) {
  EXPECT_EQ(DescribeAllocator(), "mimalloc 2.0.9 (serves malloc: yes, libjpeg: yes)");
}
#else
TEST(Allocator, IsOffUnderASanitizer) {
  EXPECT_EQ(DescribeAllocator(), "mimalloc off (built with a sanitizer)");
}
#endif

}  // namespace
}  // namespace whittle::app
