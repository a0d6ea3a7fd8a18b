// One source, tried as the server would use it: opened by OpenSource, asked by its own fetch engine
// with its own credentials, deadlines and rules.
//
// Blocks until the source has answered or a deadline of the settings is over; opening a directory
// that hangs has none. Any thread, and several at once: each probe has an engine of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "app/settings.h"
#include "source/http_answer.h"
#include "whittle/error.h"

namespace whittle::app::doctor {

/// One request to a host and what came of it.
struct Hop {
  std::string origin;                          ///< "https://host"
  int status = 0;                              ///< 0: no answer
  std::optional<source::HttpPhase> failed_in;  ///< then
  source::HttpTimes times;
  std::optional<std::chrono::seconds> ahead;  ///< its clock of ours, by its Date
};

struct Probe {
  enum class Kind : std::uint8_t { kDirectory, kWeb, kStore };

  std::string name;      ///< empty for the unnamed one
  std::string location;  ///< without what may be a secret in it
  Kind kind = Kind::kDirectory;
  std::string key;             ///< that was asked for; empty: none was given
  bool is_open = false;        ///< its location makes sense, and a directory is there
  std::optional<Error> error;  ///< why it did not open or answer, or what it refused
  std::vector<Hop> hops;       ///< of sources over HTTP
  std::size_t bytes = 0;       ///< of what `key` names
  std::string format;          ///< of that; empty: no picture that this build knows
  std::size_t entries = 0;     ///< of a directory; no more than kMostEntries are counted
  std::string credentials;     ///< which were used, as Source::credentials
  int own_fields = 0;          ///< header lines that the settings add

  /// A bucket was not asked, since there was nothing to ask with.
  bool lacks_credentials() const {
    return kind == Kind::kStore && hops.empty() && error && error->kind != ErrorKind::kNotFound &&
           error->kind != ErrorKind::kBadRequest;
  }
};

inline constexpr std::size_t kMostEntries = 1000;

/// The unnamed source where `table` has no name. An empty `key` asks for the folder itself, or for
/// an object that certainly is not there.
Probe ProbeSource(const Settings& settings, const SourceTable& table, const std::string& key,
                  int workers);

/// The settings, but that nothing of a fetch or a read takes longer than `most`.
Settings Within(Settings settings, std::chrono::milliseconds most);

/// `location` without user, password and query.
std::string WithoutSecrets(const std::string& location);

}  // namespace whittle::app::doctor
