#include "source/aws/s3_address.h"

#include <algorithm>

#include "source/store_parts.h"
#include "source/url_text.h"

namespace whittle::source::aws {
namespace {

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// A name that AWS gives to buckets today, and so a part of a host's name.
bool IsHostName(std::string_view bucket) {
  return bucket.size() >= 3 && bucket.size() <= 63 && IsLowerOrDigit(bucket.front()) &&
         IsLowerOrDigit(bucket.back()) && !bucket.contains("..") &&
         std::ranges::all_of(bucket,
                             [](char c) { return IsLowerOrDigit(c) || c == '-' || c == '.'; });
}

// Old buckets and other makers' have names with capitals and underscores.
bool IsBucket(std::string_view bucket) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return bucket.size() >= 3 && bucket.size() <= 255 &&
         bucket.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::unexpected<Error> Wrong(std::string text) {
  return FailSaying(ErrorKind::kBadRequest, std::move(text));
}

}  // namespace

std::string S3Address::Base(std::string_view region) const {
  std::string service = endpoint;
  if (service.empty()) {
    service = std::string("https://s3") + (fips ? "-fips" : "") +
              (dual_stack ? ".dualstack." : ".") + std::string(region) + '.' +
              std::string(DomainOf(region));
  }
  if (path_style) return service + '/' + bucket + '/';
  const std::size_t host = service.find("://") + 3;
  return service.substr(0, host) + bucket + '.' + service.substr(host) + '/';
}

Expected<S3Address> AddressOf(const std::string& bucket, const StoreOptions& options) {
  const Surroundings& around = options.surroundings;
  S3Address address{.bucket = bucket};
  std::string endpoint = options.endpoint;
  if (endpoint.empty() && !around.IsOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")) {
    endpoint = around.Variable("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL").value_or("");
  }
  if (!endpoint.empty()) {
    WHITTLE_TRY(address.endpoint, CheckedEndpoint(endpoint));
  }
  if (!IsBucket(bucket)) return Wrong("'" + bucket + "' is no bucket's name");
  if (bucket.ends_with("--x-s3")) {
    return Wrong("'" + bucket + "' is a directory bucket, whose sessions are not supported");
  }
  address.dual_stack = around.IsOn("AWS_USE_DUALSTACK_ENDPOINT");
  address.fips = around.IsOn("AWS_USE_FIPS_ENDPOINT");
  // AWS's certificates have one level below the service's name: a bucket with dots is not in them.
  const bool fits_host = IsHostName(bucket) && !bucket.contains('.');
  address.path_style = options.path_style.value_or(!address.endpoint.empty() || !fits_host);
  if (!address.path_style && !IsHostName(bucket)) {
    return Wrong("'" + bucket + "' cannot be a part of a host's name; it takes path style");
  }
  return address;
}

std::string RegionOf(const StoreOptions& options) {
  if (!options.region.empty()) return options.region;
  return options.surroundings.Variable("AWS_REGION", "AWS_DEFAULT_REGION").value_or("");
}

std::string_view DomainOf(std::string_view region) {
  if (region.starts_with("cn-")) return "amazonaws.com.cn";
  if (region.starts_with("us-iso-")) return "c2s.ic.gov";
  if (region.starts_with("us-isob-")) return "sc2s.sgov.gov";
  return "amazonaws.com";
}

bool IsRegion(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         std::ranges::all_of(text, [](char c) { return IsLowerOrDigit(c) || c == '-'; });
}

}  // namespace whittle::source::aws
