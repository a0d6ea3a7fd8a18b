// Pictures into a directory.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "async/replace_file.h"
#include "base/text.h"
#include "source/beneath.h"
#include "source/root.h"
#include "source/target.h"

namespace whittle::source {
namespace {

constexpr std::size_t kMaxName = 4095;    // bytes, as the kernel's
constexpr std::ptrdiff_t kMaxDepth = 32;  // directories that one name may have made

// A directory, "" for the root itself, and a file in it.
struct Place {
  std::string directory;
  std::string file;
};

Expected<Place> PlaceOf(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  Place place;
  if (slash != std::string::npos) place.directory = name.substr(0, slash);
  place.file = slash != std::string::npos ? name.substr(slash + 1) : name;
  if (name.size() > kMaxName || std::ranges::count(name, '/') > kMaxDepth || !IsPathBelow(name) ||
      place.file.starts_with(async::kAside)) {
    return FailSaying(ErrorKind::kBadRequest, "invalid name for a stored picture");
  }
  return place;
}

// What a name cannot be is the asker's mistake, and what is wrong with the disk is ours.
Error AboutStoring(Error error) {
  switch (error.kind) {
    case ErrorKind::kNotFound:  // it leads out of the root, or through a file
    case ErrorKind::kBadRequest:
      return Error::Saying(ErrorKind::kBadRequest, "invalid name for a stored picture",
                           std::move(error.detail));
    case ErrorKind::kOverloaded:
      return Error::Saying(error.kind, "no room to store the picture", std::move(error.detail));
    case ErrorKind::kUnreadable:
      return Error::Saying(error.kind, "the picture could not be stored", std::move(error.detail));
    default:
      return error;
  }
}

Expected<void> Store(const Descriptor& root, const Place& place, ByteView bytes, bool durable,
                     const std::stop_token& stop) {
  if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  WHITTLE_TRY(const Descriptor directory, MakeDirectoryBeneath(root, place.directory));
  return async::ReplaceFile(directory, place.file, bytes, durable, stop);
}

// All that a write touches is shared with it: a write that hangs outlives who asked for it.
class FileTarget final : public Target {
 public:
  FileTarget(std::shared_ptr<Root> root, TargetOptions options)
      : root_(std::move(root)), options_(std::move(options)) {}

  // A file's name says its type to whoever serves it.
  async::Awaitable<Expected<void>> Put(std::string name, std::string /*type*/, SharedBytes bytes,
                                       Wait wait) override {
    if (bytes->size() > options_.max_bytes) {
      co_return FailSaying(ErrorKind::kTooLarge, "the picture is too large to be stored");
    }
    WHITTLE_CO_TRY(Place place, PlaceOf(name));
    auto store = [root = root_, place = std::move(place), bytes = std::move(bytes),
                  durable = options_.durable, stop = wait.stop]() -> Expected<void> {
      auto stored = Store(*root->Current(), place, bytes->view(), durable, stop);
      if (!stored) return std::unexpected(AboutStoring(std::move(stored).error()));
      return {};
    };
    co_return co_await options_.files->Run(std::move(store), wait.until, wait.stop);
  }

 private:
  const std::shared_ptr<Root> root_;
  const TargetOptions options_;
};

Expected<std::unique_ptr<Target>> MakeFileTarget(const TargetOptions& options) {
  WHITTLE_TRY(std::shared_ptr<Root> root, Root::Open(options.location));
  return std::make_unique<FileTarget>(std::move(root), options);
}

}  // namespace

extern const TargetKind kFileTarget;
constexpr TargetKind kFileTarget = {"", MakeFileTarget};

}  // namespace whittle::source
