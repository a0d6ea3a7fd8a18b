// Where a bucket's objects are: hosts of AWS, or an endpoint that speaks S3 (MinIO, R2, Ceph, B2).
//
// Pure values and functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "source/store.h"

namespace whittle::source::aws {

struct S3Address {
  std::string bucket;
  std::string endpoint;     ///< scheme://host[:port][/path] of the service; empty for AWS
  bool path_style = false;  ///< /bucket/key, not bucket.host/key
  bool dual_stack = false;  ///< AWS by IPv6, too
  bool fips = false;

  /// The URL before an object's name, with a slash at its end. AWS has one for each region.
  std::string Base(std::string_view region) const;
};

/// From the location's first part, the options, and AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL,
/// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS, AWS_USE_DUALSTACK_ENDPOINT and AWS_USE_FIPS_ENDPOINT. The
/// error's text says what is wrong.
Expected<S3Address> AddressOf(const std::string& bucket, const StoreOptions& options);

/// The region that the options or AWS_REGION or AWS_DEFAULT_REGION name; empty when they do not.
std::string RegionOf(const StoreOptions& options);

/// Whether `text` could be a region: it becomes a part of a host's name.
bool IsRegion(std::string_view text);

/// The end of the names of AWS's hosts in that region.
std::string_view DomainOf(std::string_view region);

/// What is asked and signed for as long as no region is known; S3 answers with the right one.
inline constexpr std::string_view kFirstRegion = "us-east-1";

}  // namespace whittle::source::aws
