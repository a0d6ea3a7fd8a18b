// Sources that belong to a test.
#pragma once

#include <memory>
#include <utility>

#include "source/guarded.h"
#include "source/sources.h"

namespace whittle::test {

/// `source`, which outlives them, as the unnamed one; with slots as the program has it.
inline source::Sources OnlySource(source::Source& source, int slots = 4) {
  class Borrowed final : public source::Source {
   public:
    explicit Borrowed(source::Source& source) : source_(source) {}
    async::Awaitable<Expected<source::Found>> Fetch(SourceRef ref, source::Validator known,
                                                    source::Wait wait) override {
      return source_.Fetch(std::move(ref), std::move(known), std::move(wait));
    }

   private:
    source::Source& source_;
  };
  source::Sources sources;
  sources.Add("", std::make_shared<source::Guarded>(std::make_unique<Borrowed>(source),
                                                    source::Guarded::Options{.slots = slots}));
  return sources;
}

}  // namespace whittle::test
