// A small blocking HTTP client that trusts nothing: it sends whatever bytes a test wants, and reads
// answers so strictly that an unclean one fails the test.
//
// One thread at a time. Everything that goes wrong throws std::runtime_error, which fails the test
// with its text; a server that never answers fails it after kPatience instead of hanging it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whittle::test {

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;

  /// The field's value; nothing when it is missing. Throws when it is there twice.
  std::optional<std::string> Find(std::string_view name) const;
  /// The field's value, or "(none)": for comparing.
  std::string Field(std::string_view name) const { return Find(name).value_or("(none)"); }
};

class HttpClient {
 public:
  static constexpr auto kPatience = std::chrono::seconds(60);

  /// Connects to 127.0.0.1. `receive_buffer` > 0 keeps the kernel from taking much in advance.
  explicit HttpClient(std::uint16_t port, int receive_buffer = 0);
  /// Connects to the Unix socket at `path`.
  static HttpClient AtPath(const std::string& path);
  ~HttpClient() { Close(); }
  HttpClient(HttpClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}
  HttpClient& operator=(HttpClient&&) = delete;

  void Send(std::string_view bytes);
  /// False when the server has closed the connection already.
  bool TrySend(std::string_view bytes);
  /// One answer. `to_head`: it answers HEAD, so it has no body whatever its Content-Length.
  HttpResponse Read(bool to_head = false);
  /// True when the server closes without another byte; false when a byte comes, or a reset.
  bool ReadEnd();
  /// Reads up to `most` bytes and throws them away; how many, 0 at the end, orderly or not.
  std::size_t Receive(std::size_t most);
  /// True when there is something to read, or the end, within `time`.
  bool Readable(std::chrono::milliseconds time);

  HttpResponse Get(std::string_view target, std::string_view fields = {}) {
    Send(Request("GET", target, fields));
    return Read();
  }
  HttpResponse Head(std::string_view target, std::string_view fields = {}) {
    Send(Request("HEAD", target, fields));
    return Read(true);
  }

  /// A request's head; `fields` are whole lines, each with its CRLF.
  static std::string Request(std::string_view method, std::string_view target,
                             std::string_view fields = {});

  void Close();
  /// Says that no more will be sent; answers can still be read.
  void HalfClose();
  /// Closes with a reset instead of an orderly end.
  void Reset();

 private:
  HttpClient() = default;
  void ConnectTo(const void* address, std::size_t size);
  bool Receive();
  std::string TakeLine();

  int socket_ = -1;
  std::string received_;
  bool was_reset_ = false;
};

}  // namespace whittle::test
