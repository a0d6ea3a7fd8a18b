// Bytes from a stranger as a head that frames a body, and as chunks. What comes of chunks must not
// depend on how they arrive.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/body_decoder.h"
#include "whittle/bytes.h"

namespace whittle {
namespace {

constexpr std::uint64_t kMost = 1000;

void Expect(bool condition) {
  if (!condition) std::abort();
}

struct Outcome {
  std::string content;
  bool failed = false;
  bool done = false;
  std::size_t taken = 0;
};

Outcome Decode(std::string_view input, std::size_t step) {
  Outcome outcome;
  http::BodyDecoder decoder({.chunked = true}, kMost);
  for (std::size_t there = 0; there < input.size() && !decoder.done() && !outcome.failed;) {
    there = std::min(there + step, input.size());
    while (!decoder.done()) {
      const auto taken = decoder.Put(input.substr(outcome.taken, there - outcome.taken),
                                     [&](ByteView bytes) { outcome.content += AsText(bytes); });
      outcome.failed = !taken;
      if (!taken || *taken == 0) break;
      outcome.taken += *taken;
      Expect(outcome.taken <= there);
    }
  }
  outcome.done = decoder.done();
  Expect(outcome.content.size() <= kMost);
  return outcome;
}

void CheckFrame(std::string_view head) {
  const auto frame = http::FrameOf(head);
  if (!frame) return;
  Expect(!frame->chunked || frame->length == 0);
  http::BodyDecoder decoder(*frame, UINT64_MAX);
  Expect(decoder.done() == !frame->has_body());
}

}  // namespace
}  // namespace whittle

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whittle;
  const std::string_view bytes = AsText({data, size});
  CheckFrame(bytes);
  const Outcome at_once = Decode(bytes, std::max<std::size_t>(size, 1));
  for (const std::size_t step : {1U, 7U}) {
    const Outcome split = Decode(bytes, step);
    // What ends amid a line may show that it is wrong only to who has all of it.
    Expect(split.done == at_once.done && (at_once.failed || !split.failed));
    Expect(at_once.content.starts_with(split.content));
    Expect(!split.done || (split.taken == at_once.taken && split.content == at_once.content));
  }
  return 0;
}
