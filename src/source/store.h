// Stores: buckets of S3, GCS and Azure Blob, as a source over HTTP uses them.
//
// MakeStore turns a location and the operator's settings into a Store: where objects are, what lets
// requests in, and what the store's answers mean. A store does no I/O of its own but what the
// Surroundings do, and none before the first request. Thread-safe; its functions are pure but for
// the credentials' names in errors. To add a kind: write source/<name>/store.cc that defines
// `extern const StoreKind k<Name>Store`, and add one line to stores.def.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "source/authorizer.h"
#include "source/refusal.h"
#include "source/surroundings.h"

namespace whittle::source {

struct Store {
  std::string name;    ///< "s3://bucket/prefix", for logs
  std::string prefix;  ///< of the objects' URLs
  std::shared_ptr<Authorizer> authorizer;
  /// The URL of an object below the location, and of one version of it if one is named: S3's
  /// versionId, GCS's generation, Azure's versionid. Errors: kNotFound when no object can have that
  /// name, kBadRequest.
  std::function<Expected<std::string>(std::string_view path, std::string_view version)> url_of;
  /// `answer` holds the start of a body, some kilobytes.
  std::function<Refusal(const HttpResponse& answer)> refusal_of;
};

struct StoreOptions {
  std::string
      location;  ///< s3://bucket[/prefix], gs://bucket[/prefix], az://account/container[/prefix]
  Surroundings surroundings;
  std::string endpoint;  ///< scheme://host[:port][/path] of the service, if not the cloud's own
  std::string region;    ///< S3; else as the environment, the profile or the store says
  std::optional<bool> path_style;  ///< S3; else where the host's name cannot hold the bucket's
  bool anonymous = false;          ///< requests go without credentials
  /// What variables hold is for this one alone: where it is another's, that is an error.
  bool own_credentials = false;
  bool requester_pays = false;  ///< S3: the cost of requests is ours
  std::string billed_project;   ///< GCS: the same, as a project's name
};

struct StoreKind {
  std::string_view scheme;  ///< without "://"
  Expected<Store> (*make)(const StoreOptions& options);
};

/// The error's text says what is wrong with the location or the settings.
Expected<Store> MakeStore(const StoreOptions& options);

/// Whether MakeStore knows the location's scheme.
bool IsStoreLocation(std::string_view location);

}  // namespace whittle::source
