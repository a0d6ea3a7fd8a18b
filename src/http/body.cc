#include "http/body.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <tuple>
#include <utility>

#include "async/time_limit.h"

namespace whittle::http {
namespace {

namespace asio = boost::asio;
using Clock = OutputFloor::Clock;

constexpr std::size_t kPiece = 64 << 10;  // read at once; the line of a chunk has to fit
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// While it lives, a stop request ends what the stream waits for. The callback may run on any
// thread, so it is the strand that cancels, unless all is over by then.
class CancelOnStop {
 public:
  CancelOnStop(const async::Strand& strand, Stream& stream, std::stop_token stop)
      : lives_(std::make_shared<bool>(true)),
        callback_(std::move(stop), Cancel{strand, &stream, lives_}) {}
  ~CancelOnStop() { *lives_ = false; }
  CancelOnStop(const CancelOnStop&) = delete;
  CancelOnStop& operator=(const CancelOnStop&) = delete;

 private:
  struct Cancel {
    async::Strand strand;
    Stream* stream;
    std::shared_ptr<bool> lives;  // on the strand
    void operator()() const {
      asio::post(strand, [stream = stream, lives = lives] {
        if (*lives) stream->Cancel();
      });
    }
  };

  const std::shared_ptr<bool> lives_;
  std::stop_callback<Cancel> callback_;
};

class Reading {
 public:
  Reading(async::Strand strand, Stream& stream, const BodyFrame& frame, std::string buffered,
          const BodyLimits& limits, async::ByteSink& sink, std::stop_token stop)
      : strand_(std::move(strand)),
        stream_(stream),
        frame_(frame),
        limits_(limits),
        sink_(sink),
        stop_(std::move(stop)),
        input_(std::move(buffered)),
        decoder_(frame, limits.max_bytes),
        floor_(limits.floor, 0, Clock::now()) {}

  async::Awaitable<Expected<std::string>> Run() {
    // Told before anything is read or promised.
    if (!frame_.chunked && frame_.length > limits_.max_bytes) {
      co_return std::unexpected(decoder_.Put({}, {}).error());
    }
    WHITTLE_CO_CHECK(co_await MakeRoom());
    if (frame_.expects_continue && input_.empty() && !decoder_.done()) {
      WHITTLE_CO_CHECK(co_await SendContinue());
    }
    while (true) {
      WHITTLE_CO_CHECK(co_await Decode());
      if (decoder_.done()) co_return std::move(input_);
      if (input_.size() >= kPiece) co_return Fail(ErrorKind::kBadRequest, "a chunk's line");
      WHITTLE_CO_CHECK(co_await ReadMore());
    }
  }

 private:
  // All of the input that can be understood.
  async::Awaitable<Expected<void>> Decode() {
    std::size_t at = 0;
    while (at < input_.size() && !decoder_.done()) {
      WHITTLE_CO_CHECK(co_await MakeRoom());
      const std::string_view piece = std::string_view(input_).substr(at, kPiece);
      WHITTLE_CO_TRY(const std::size_t taken, decoder_.Put(piece, [this](ByteView bytes) {
        sink_.Append(bytes);
        received_ += bytes.size();
      }));
      if (taken == 0) break;
      at += taken;
      floor_.Note(received_, Clock::now());
    }
    input_.erase(0, at);
    co_return Expected<void>();
  }

  // For as much as one piece can hold.
  async::Awaitable<Expected<void>> MakeRoom() {
    const std::uint64_t most = frame_.chunked ? limits_.max_bytes : frame_.length;
    const std::uint64_t needed = std::min<std::uint64_t>(received_ + kPiece, most);
    if (needed <= room_) co_return Expected<void>();
    const std::uint64_t room = std::min(std::max(needed, 2 * room_), most);
    WHITTLE_CO_CHECK(co_await sink_.Reserve(room, {Clock::now() + limits_.room_wait, stop_}));
    room_ = room;
    co_return Expected<void>();
  }

  async::Awaitable<Expected<void>> SendContinue() {
    std::string_view rest = kContinue;
    while (!rest.empty()) {
      Stream::ErrorCode error;
      rest.remove_prefix(stream_.WriteSome(rest, {}, error));
      if (!error) continue;
      if (error != asio::error::would_block) {
        co_return Fail(ErrorKind::kCancelled, "the client left");
      }
      auto wait = [this] { return stream_.WaitWritable(); };
      WHITTLE_CO_CHECK(co_await InTime(wait));
    }
    co_return Expected<void>();
  }

  async::Awaitable<Expected<void>> ReadMore() {
    const std::size_t before = input_.size();
    input_.resize(kPiece);
    std::size_t got = 0;
    auto read = [&]() -> async::Awaitable<std::tuple<Stream::ErrorCode>> {
      const auto [error, bytes] =
          co_await stream_.ReadSome(asio::buffer(input_.data() + before, kPiece - before));
      got = bytes;
      co_return error;
    };
    auto done = co_await InTime(read);
    input_.resize(before + got);
    co_return done;
  }

  // What the stream is to do before the floor's deadline, or a stop.
  template <class F>
  async::Awaitable<Expected<void>> InTime(F& operation) {
    if (stop_.stop_requested()) co_return Fail(ErrorKind::kCancelled);
    const auto deadline = floor_.deadline();
    Stream::ErrorCode error;
    {
      const async::TimeLimit limit(strand_, deadline, stop_);
      const CancelOnStop cancel(strand_, stream_, limit.token());
      std::tie(error) = co_await operation();
    }
    if (!error) co_return Expected<void>();
    if (stop_.stop_requested()) co_return Fail(ErrorKind::kCancelled);
    if (Clock::now() < deadline) co_return Fail(ErrorKind::kCancelled, "the client left");
    co_return FailSaying(ErrorKind::kRequestTimeout, "request body took too long");
  }

  const async::Strand strand_;
  Stream& stream_;
  const BodyFrame frame_;
  const BodyLimits limits_;
  async::ByteSink& sink_;
  const std::stop_token stop_;
  std::string input_;  // not yet understood
  BodyDecoder decoder_;
  OutputFloor floor_;
  std::uint64_t received_ = 0;  // bytes of content
  std::uint64_t room_ = 0;      // that the sink has made
};

}  // namespace

async::Awaitable<Expected<std::string>> ReadBody(Stream& stream, BodyFrame frame,
                                                 std::string buffered, BodyLimits limits,
                                                 async::ByteSink& sink, std::stop_token stop) {
  Reading reading(co_await asio::this_coro::executor, stream, frame, std::move(buffered), limits,
                  sink, std::move(stop));
  co_return co_await reading.Run();
}

}  // namespace whittle::http
