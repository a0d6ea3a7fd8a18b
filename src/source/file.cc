// Pictures from a directory.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>

#include "source/beneath.h"
#include "source/root.h"
#include "source/source.h"

namespace whittle::source {
namespace {

// How much is read between two looks at the stop token.
constexpr std::size_t kChunk = 4ULL << 20;

// Reads to the end of the file, which may grow or shrink meanwhile: what counts against `max_bytes`
// is what was read, not what the directory said. `bytes` is empty, with room for what is expected.
Expected<Block> ReadAll(const Descriptor& file, Block bytes, std::uint64_t max_bytes,
                        const std::stop_token& stop) {
  while (true) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    if (bytes.size() > max_bytes) return Fail(ErrorKind::kTooLarge, "the file grew while read");
    if (bytes.size() == bytes.capacity() && !bytes.Reserve(bytes.capacity() + kChunk)) {
      return Fail(ErrorKind::kOverloaded, "no memory for a source that grew");
    }
    const std::size_t room = std::min(kChunk, bytes.capacity() - bytes.size());
    const std::size_t before = bytes.size();
    bytes.SetSize(before + room);
    const ssize_t got = read(file.get(), bytes.data() + before, room);
    bytes.SetSize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return bytes;
    if (got < 0 && errno != EINTR) return Fail(ErrorKind::kUnreadable, std::strerror(errno));
  }
}

// A file changed twice within one tick of the file system's clock (10 ms at worst on Linux, two
// seconds on FAT) has the same times after both: whoever reads it in between sees only the first.
// So a validator stands for a file's bytes only once its last change is longer ago than this. (A
// file server whose clock is slow by more can still deceive us.)
constexpr std::uint64_t kSettledAfter = 2'500'000'000;  // ns

std::uint64_t Nanoseconds(const timespec& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec);
}

// The change time moves with every write, rename and change of rights, and no program can set it.
Validator ValidatorOf(const struct stat& status) {
  return {fmt::format("{:x}-{:x}-{:x}-{:x}-{:x}", status.st_dev, status.st_ino, status.st_size,
                      Nanoseconds(status.st_mtim), Nanoseconds(status.st_ctim))};
}

// A change in the future, by a clock that was set back since, is not settled either.
bool IsSettled(std::uint64_t changed, std::uint64_t now) { return now > changed + kSettledAfter; }

struct OpenFile {
  Descriptor descriptor;
  std::uint64_t size = 0;  // bytes, at the moment
  std::time_t modified = 0;
  Validator validator;
  std::uint64_t changed = 0;  // nanoseconds since 1970
};

Expected<OpenFile> Open(const Descriptor& root, const std::string& path, std::uint64_t max_bytes,
                        const std::stop_token& stop) {
  if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  WHITTLE_TRY(Descriptor file, OpenBeneath(root, path));
  struct stat status{};
  if (fstat(file.get(), &status) != 0) return Fail(ErrorKind::kUnreadable, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return Fail(ErrorKind::kUnreadable, path + ": not a regular file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > max_bytes) return Fail(ErrorKind::kTooLarge, path + ": too many bytes");
  return OpenFile{std::move(file), size, status.st_mtime, ValidatorOf(status),
                  Nanoseconds(status.st_ctim)};
}

// All that a read touches is shared with it: a read that hangs outlives who asked for it.
class FileSource final : public Source {
 public:
  FileSource(std::shared_ptr<Root> root, const SourceOptions& options)
      : root_(std::move(root)),
        max_bytes_(options.max_bytes),
        files_(*options.files),
        memory_(*options.memory),
        wall_now_(options.wall_now) {}

  async::Awaitable<Expected<Found>> Fetch(SourceRef ref, Validator known, Wait wait) override {
    const std::stop_token& stop = wait.stop;
    const std::uint64_t now = wall_now_();
    auto open = [root = root_, path = std::move(ref.path), max_bytes = max_bytes_, stop] {
      return Open(*root->Current(), path, max_bytes, stop);
    };
    WHITTLE_CO_TRY(OpenFile file, co_await files_.Run(std::move(open), wait.until, stop));
    if (file.validator == known) co_return Found{.what = NotModified()};
    // One more, so that an unchanged file shows its end at once.
    WHITTLE_CO_TRY(Block room, co_await memory_.Take(file.size + 1, wait.until, stop));
    const auto opened = std::make_shared<const Descriptor>(std::move(file.descriptor));
    auto read = [opened, room = std::make_shared<Block>(std::move(room)), max_bytes = max_bytes_,
                 stop]() -> Expected<Fetched> {
      WHITTLE_TRY(Block bytes, ReadAll(*opened, std::move(*room), max_bytes, stop));
      const Hash128 hash = HashOf(bytes.view());
      return Fetched{.bytes = std::move(bytes), .hash = hash};
    };
    WHITTLE_CO_TRY(Fetched fetched, co_await files_.Run(std::move(read), wait.until, stop));
    fetched.modified = file.modified;
    if (IsSettled(file.changed, now)) fetched.validator = std::move(file.validator);
    co_return Found{.what = std::move(fetched)};
  }

 private:
  const std::shared_ptr<Root> root_;
  const std::uint64_t max_bytes_;
  async::BlockingPool& files_;
  Memory& memory_;
  std::uint64_t (*const wall_now_)();
};

Expected<std::unique_ptr<Source>> MakeFileSource(const SourceOptions& options) {
  WHITTLE_TRY(std::shared_ptr<Root> root, Root::Open(options.location));
  return std::make_unique<FileSource>(std::move(root), options);
}

}  // namespace

extern const SourceKind kFileSource;
constexpr SourceKind kFileSource = {"", MakeFileSource};

}  // namespace whittle::source
