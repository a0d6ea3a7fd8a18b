#include "app/source_variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "source/small_file.h"
#include "source/surroundings.h"

namespace whittle::app {
namespace {

using Names = std::span<const std::string_view>;

struct Cloud {
  std::string_view scheme;
  Names names;                   // of variables that are credentials, or say which
  std::span<const Names> whole;  // which of them are enough, together
};

// Of AWS only keys: all else that it looks for comes after profiles, and so after a default one.
constexpr std::string_view kAws[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                     "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"};
constexpr Names kWholeAws[] = {Names(kAws).first(2)};
constexpr std::string_view kGoogle[] = {"GOOGLE_APPLICATION_CREDENTIALS"};
constexpr Names kWholeGoogle[] = {kGoogle};
constexpr std::string_view kAzure[] = {"AZURE_STORAGE_CONNECTION_STRING",
                                       "AZURE_STORAGE_KEY",
                                       "AZURE_STORAGE_SAS_TOKEN",
                                       "AZURE_STORAGE_ACCOUNT",
                                       "AZURE_TENANT_ID",
                                       "AZURE_CLIENT_ID",
                                       "AZURE_CLIENT_SECRET",
                                       "AZURE_FEDERATED_TOKEN_FILE",
                                       "IDENTITY_ENDPOINT",
                                       "IDENTITY_HEADER"};
constexpr std::string_view kApplication[] = {"AZURE_TENANT_ID", "AZURE_CLIENT_ID",
                                             "AZURE_CLIENT_SECRET"};
constexpr std::string_view kWorkload[] = {"AZURE_TENANT_ID", "AZURE_CLIENT_ID",
                                          "AZURE_FEDERATED_TOKEN_FILE"};
constexpr Names kWholeAzure[] = {Names(kAzure).subspan(0, 1), Names(kAzure).subspan(1, 1),
                                 Names(kAzure).subspan(2, 1), kApplication, kWorkload};

constexpr Cloud kClouds[] = {
    {"s3", kAws, kWholeAws}, {"gs", kGoogle, kWholeGoogle}, {"az", kAzure, kWholeAzure}};

// Null for what is no bucket.
const Cloud* CloudOf(std::string_view location) {
  const std::string_view scheme = location.substr(0, location.find("://"));
  const auto found = std::ranges::find(kClouds, scheme, &Cloud::scheme);
  return found == std::end(kClouds) ? nullptr : found;
}

std::unexpected<Error> Wrong(std::string text) {
  return FailSaying(ErrorKind::kBadRequest, std::move(text));
}

bool IsSet(const Variable& process, const std::string& name) {
  return !Trim(process(name).value_or("")).empty();
}

// A source's own: what it sees in place of variables, and what stands before the names of others.
struct Own {
  std::map<std::string, std::string, std::less<>> values;
  std::string prefix;
};

Expected<Own> FromPrefix(const Cloud& cloud, std::string prefix, const Variable& process) {
  const auto is_set = [&](std::string_view name) {
    return IsSet(process, prefix + std::string(name));
  };
  if (std::ranges::any_of(cloud.whole,
                          [&](const Names& names) { return std::ranges::all_of(names, is_set); })) {
    return Own{.values = {}, .prefix = std::move(prefix)};
  }
  std::string wanted;
  for (const Names& names : cloud.whole) {
    if (!wanted.empty()) wanted += ", or ";
    for (const std::string_view name : names) {
      wanted.append(name == names.front() ? "" : " and ").append(prefix).append(name);
    }
  }
  return Wrong("credentials: not set: " + wanted);
}

// Which of the three it is can be told: a key is base64, which has no "&" and "=" but at its end.
Expected<Own> FromAzureFile(const std::string& path) {
  auto text = source::ReadSmallFile(path);
  if (!text) return Wrong(fmt::format("credentials_file: {}", text.error().detail));
  const std::string secret = source::FirstLine(*text);
  if (secret.empty()) return Wrong("credentials_file: it is empty");
  const bool is_string = secret.contains("AccountName=") || secret.contains("BlobEndpoint=") ||
                         secret.contains("UseDevelopmentStorage=");
  const char* const name = is_string                 ? "AZURE_STORAGE_CONNECTION_STRING"
                           : secret.contains("sig=") ? "AZURE_STORAGE_SAS_TOKEN"
                                                     : "AZURE_STORAGE_KEY";
  return Own{.values = {{name, secret}}, .prefix = {}};
}

Expected<Own> FromFiles(const Cloud& cloud, const SourceTable& table) {
  if (cloud.scheme == "az") return FromAzureFile(table.credentials_file);
  if (cloud.scheme == "gs") {
    return Own{.values = {{"GOOGLE_APPLICATION_CREDENTIALS", table.credentials_file}},
               .prefix = {}};
  }
  Own own{.values = {{"AWS_PROFILE", table.profile.empty() ? "default" : table.profile}},
          .prefix = {}};
  if (!table.credentials_file.empty()) {
    own.values["AWS_SHARED_CREDENTIALS_FILE"] = table.credentials_file;
  }
  return own;
}

}  // namespace

Expected<Variable> VariablesFor(const SourceTable& table, Variable process) {
  if (!HasCredentials(table)) return process;
  const bool by_prefix = !table.credentials.empty();
  const bool by_file = !table.profile.empty() || !table.credentials_file.empty();
  const std::string key = by_prefix                ? "credentials"
                          : !table.profile.empty() ? "profile"
                                                   : "credentials_file";
  const Cloud* const cloud = CloudOf(table.location);
  if (cloud == nullptr) return Wrong(key + ": the location is no bucket");
  if (table.anonymous) return Wrong(key + ": requests are anonymous");
  if (by_prefix && by_file) return Wrong(key + ": there is a profile or file besides");
  if (!table.profile.empty() && cloud->scheme != "s3") return Wrong("profile: only AWS has them");
  WHITTLE_TRY(
      Own own,
      by_prefix
          ? FromPrefix(*cloud, table.credentials.substr(EnvironmentPrefix::kEnv.size()), process)
          : FromFiles(*cloud, table));
  return [own = std::move(own), cloud,
          process = std::move(process)](const std::string& name) -> std::optional<std::string> {
    if (const auto value = own.values.find(name); value != own.values.end()) return value->second;
    const bool is_secret = IsOneOf(name, cloud->names);
    if (own.prefix.empty()) return is_secret ? std::nullopt : process(name);
    const auto value = process(own.prefix + name);
    return value || is_secret ? value : process(name);
  };
}

}  // namespace whittle::app
