// An example of a tier: a file for each entry in one directory, shared by whoever may write there.
//
// A file is named by the hash of its entry's key, written aside and renamed, so that a reader finds
// the old entry or the new one, whole. Equal hashes of two keys, found or forged, cost misses: the
// entry says whose it is. Nothing bounds the directory; a product's tier has to.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "async/replace_file.h"
#include "base/descriptor.h"
#include "base/hash.h"
#include "cache/tier.h"

namespace whittle::cache {
namespace {

constexpr std::size_t kChunk = 4U << 20;  // read between two looks at the stop token

std::unexpected<Error> FailWith(int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE;
  return Fail(full ? ErrorKind::kOverloaded : ErrorKind::kUnreadable, std::strerror(error));
}

std::string NameOf(std::string_view key) { return ToHex(HashOf(AsBytes(key))); }

Expected<std::uint64_t> SizeOf(const Descriptor& file) {
  struct stat status{};
  if (fstat(file.get(), &status) != 0) return FailWith(errno);
  if (!S_ISREG(status.st_mode)) return Fail(ErrorKind::kUndecodable, "not a regular file");
  return static_cast<std::uint64_t>(status.st_size);
}

// As much as there was when it was opened: files are never changed, only replaced.
Expected<Bytes> ReadAll(const Descriptor& file, std::uint64_t size, const std::stop_token& stop) {
  Bytes bytes(size);
  for (std::size_t at = 0; at < size;) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    const ssize_t got = read(file.get(), bytes.data() + at, std::min(size - at, kChunk));
    if (got == 0) return Fail(ErrorKind::kUndecodable, "truncated");
    if (got < 0 && errno != EINTR) return FailWith(errno);
    at += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
  }
  return bytes;
}

// Jobs share what they touch: one that hangs outlives the tier.
class DirectoryTier final : public Tier {
 public:
  DirectoryTier(Descriptor directory, TierOptions options)
      : directory_(std::make_shared<const Descriptor>(std::move(directory))),
        options_(std::move(options)) {}

  std::string_view name() const override { return "directory"; }

  async::Awaitable<Expected<std::optional<Found>>> Find(std::string key, Wait wait) override {
    auto open = [directory = directory_, file = NameOf(key)]() -> Expected<Opened> {
      Descriptor opened(openat(directory->get(), file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
      if (!opened && errno == ENOENT) return Opened{};
      if (!opened) return FailWith(errno);
      WHITTLE_TRY(const auto size, SizeOf(opened));
      return Opened{std::make_shared<const Descriptor>(std::move(opened)), size};
    };
    WHITTLE_CO_TRY(const Opened opened,
                   co_await options_.files->Run(std::move(open), wait.until, wait.stop));
    if (!opened.file) co_return std::nullopt;
    if (opened.size > options_.max_bytes) co_return Fail(ErrorKind::kTooLarge);
    // Twice, since Parse copies; an entry found then holds half of it.
    auto ticket = options_.memory->Try(async::Budget::Use::kResult, 2 * opened.size);
    if (!ticket) co_return Fail(ErrorKind::kOverloaded, "no memory for an entry");
    const auto memory = std::make_shared<async::Budget::Ticket>(*std::move(ticket));
    auto read = [opened, memory, key = std::move(key), stop = wait.stop]() -> Expected<EntryPtr> {
      WHITTLE_TRY(const Bytes serial, ReadAll(*opened.file, opened.size, stop));
      WHITTLE_TRY(Entry entry, Parse(serial.view(), key));
      return std::make_shared<const Entry>(std::move(entry));
    };
    WHITTLE_CO_TRY(EntryPtr entry,
                   co_await options_.files->Run(std::move(read), wait.until, wait.stop));
    memory->Resize(entry->bytes->capacity());
    co_return Found{std::move(entry), std::move(*memory)};
  }

  async::Awaitable<Expected<void>> Put(EntryPtr entry, Wait wait) override {
    if (entry->bytes->size() > options_.max_bytes) co_return Fail(ErrorKind::kTooLarge);
    auto put = [directory = directory_, entry = std::move(entry), most = options_.max_bytes,
                stop = wait.stop]() -> Expected<void> {
      WHITTLE_TRY(const Bytes serial, Serialize(*entry));
      if (serial.size() > most) return Fail(ErrorKind::kTooLarge);
      return async::ReplaceFile(*directory, NameOf(entry->key), serial.view(), false, stop);
    };
    co_return co_await options_.files->Run(std::move(put), wait.until, wait.stop);
  }

  async::Awaitable<Expected<void>> Drop(std::string key, Wait wait) override {
    auto drop = [directory = directory_, file = NameOf(key)]() -> Expected<void> {
      if (unlinkat(directory->get(), file.c_str(), 0) == 0 || errno == ENOENT) return {};
      return FailWith(errno);
    };
    co_return co_await options_.files->Run(std::move(drop), wait.until, wait.stop);
  }

 private:
  struct Opened {
    std::shared_ptr<const Descriptor> file;  ///< null: there is none
    std::uint64_t size = 0;
  };

  const std::shared_ptr<const Descriptor> directory_;
  const TierOptions options_;
};

Expected<std::unique_ptr<Tier>> MakeDirectoryTier(const TierOptions& options) {
  Descriptor directory(open(options.location.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) {
    return FailSaying(ErrorKind::kUnreadable,
                      "cannot open directory '" + options.location + "': " + std::strerror(errno));
  }
  return std::make_unique<DirectoryTier>(std::move(directory), options);
}

}  // namespace

extern const TierKind kDirectoryTier;
constexpr TierKind kDirectoryTier = {"", MakeDirectoryTier};

}  // namespace whittle::cache
