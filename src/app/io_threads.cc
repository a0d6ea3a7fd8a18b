#include "app/io_threads.h"

namespace whittle::app {

// One thread runs each context, so that what one handler posts costs no wake-up of another thread.
IoThreads::IoThreads(std::size_t count) {
  constexpr int kOneThread = 1;
  for (std::size_t i = 0; i < count; ++i) {
    owned_.push_back(std::make_unique<asio::io_context>(kOneThread));
    contexts_.push_back(owned_.back().get());
    keep_running_.emplace_back(contexts_.back()->get_executor());
  }
}

void IoThreads::Start(OnException on_exception) {
  on_exception_ = std::move(on_exception);
  for (asio::io_context* context : contexts_) {
    threads_.emplace_back([this, context] { Run(*context); });
  }
}

void IoThreads::Run(asio::io_context& context) {
  while (true) {
    try {
      context.run();
      return;
    } catch (...) {
      on_exception_(std::current_exception());
    }
  }
}

void IoThreads::Stop() {
  keep_running_.clear();
  for (asio::io_context* context : contexts_) context->stop();
  threads_.clear();
}

}  // namespace whittle::app
