#include "app/io_threads.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <future>
#include <new>
#include <set>

namespace whittle::app {
namespace {

// The process ended with SIGABRT when one handler found no memory.
TEST(IoThreads, OneHandlerThatThrewEndedTheProcess) {
  IoThreads threads(2);
  std::promise<void> told;
  threads.Start([&told](std::exception_ptr thrown) {
    EXPECT_THROW(std::rethrow_exception(thrown), std::bad_alloc);
    told.set_value();
  });
  asio::post(threads.main(), [] { throw std::bad_alloc(); });
  told.get_future().wait();
  std::promise<void> next;
  asio::post(threads.main(), [&next] { next.set_value(); });
  next.get_future().wait();
}

TEST(IoThreads, EachHasALoopOfItsOwn) {
  IoThreads threads(3);
  threads.Start([](const std::exception_ptr&) { FAIL(); });
  std::set<std::thread::id> ids;
  for (asio::io_context* context : threads.all()) {
    std::promise<std::thread::id> id;
    asio::post(*context, [&id] { id.set_value(std::this_thread::get_id()); });
    ids.insert(id.get_future().get());
  }
  EXPECT_EQ(ids.size(), 3U);
  threads.Stop();
  threads.Stop();
}

}  // namespace
}  // namespace whittle::app
