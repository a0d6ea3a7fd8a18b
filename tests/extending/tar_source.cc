// Pictures from a tar archive: "tar:///srv/old.tar".
//
// An example of a source. The archive's table is read once, at start; a picture is read by one
// system call on a file thread, into a block of the memory budget.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

#include "base/descriptor.h"
#include "source/source.h"

namespace whittle::source {
namespace {

constexpr std::size_t kRecord = 512;  // bytes; of a header, and what files are padded to
constexpr std::size_t kMostEntries = 1'000'000;
constexpr std::string_view kScheme = "tar";

struct Entry {
  std::uint64_t at = 0;  // of its first byte
  std::uint64_t size = 0;
};

// What a source's reads share with it, since one that hangs outlives it.
struct Archive {
  Descriptor file;
  Validator validator;
  std::time_t modified = 0;
  std::map<std::string, Entry, std::less<>> entries;
};

Expected<std::shared_ptr<const Archive>> OpenArchive(const std::string& path) {
  auto archive = std::make_shared<Archive>();
  archive->file = Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!archive->file || fstat(archive->file.get(), &status) != 0) {
    return FailSaying(ErrorKind::kUnreadable, "cannot open archive '" + path + "'");
  }
  archive->modified = status.st_mtime;
  archive->validator = {std::to_string(status.st_ino) + "-" + std::to_string(status.st_ctime)};
  std::array<char, kRecord> header{};
  for (std::uint64_t at = 0; archive->entries.size() < kMostEntries;) {
    const ssize_t got = pread(archive->file.get(), header.data(), kRecord, static_cast<off_t>(at));
    if (got != static_cast<ssize_t>(kRecord) || header[0] == 0) break;
    Entry entry{.at = at + kRecord};
    const auto [end, error] = std::from_chars(&header[124], &header[135], entry.size, 8);
    if (error != std::errc() || entry.size > static_cast<std::uint64_t>(status.st_size)) break;
    archive->entries.emplace(std::string(header.data(), strnlen(header.data(), 100)), entry);
    at += kRecord + (entry.size + kRecord - 1) / kRecord * kRecord;
  }
  return archive;
}

class TarSource final : public Source {
 public:
  TarSource(std::shared_ptr<const Archive> archive, SourceOptions options)
      : archive_(std::move(archive)), options_(std::move(options)) {}

  async::Awaitable<Expected<Found>> Fetch(SourceRef ref, Validator known, Wait wait) override {
    const auto found = archive_->entries.find(ref.path);
    if (found == archive_->entries.end()) co_return Fail(ErrorKind::kNotFound, ref.path);
    if (known == archive_->validator) co_return Found{.what = NotModified()};
    const Entry entry = found->second;
    if (entry.size > options_.max_bytes) co_return Fail(ErrorKind::kTooLarge, ref.path);
    WHITTLE_CO_TRY(Block room, co_await options_.memory->Take(entry.size, wait.until, wait.stop));
    auto read = [archive = archive_, entry,
                 room = std::make_shared<Block>(std::move(room))]() -> Expected<Fetched> {
      room->SetSize(entry.size);
      const ssize_t got =
          pread(archive->file.get(), room->data(), entry.size, static_cast<off_t>(entry.at));
      if (got != static_cast<ssize_t>(entry.size)) return Fail(ErrorKind::kUnreadable, "cut off");
      const Hash128 hash = HashOf(room->view());
      return Fetched{.bytes = std::move(*room), .hash = hash};
    };
    WHITTLE_CO_TRY(Fetched fetched,
                   co_await options_.files->Run(std::move(read), wait.until, wait.stop));
    fetched.modified = archive_->modified;
    fetched.validator = archive_->validator;
    co_return Found{.what = std::move(fetched)};
  }

 private:
  const std::shared_ptr<const Archive> archive_;
  const SourceOptions options_;
};

Expected<std::unique_ptr<Source>> MakeTarSource(const SourceOptions& options) {
  const std::string path = options.location.substr(kScheme.size() + std::strlen("://"));
  WHITTLE_TRY(auto archive, OpenArchive(path));
  return std::make_unique<TarSource>(std::move(archive), options);
}

}  // namespace

extern const SourceKind kTarSource;
constexpr SourceKind kTarSource = {kScheme, MakeTarSource};

}  // namespace whittle::source
