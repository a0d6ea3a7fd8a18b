#include "source/aws/profiles.h"

#include <algorithm>
#include <utility>

#include "source/aws/endpoints.h"
#include "source/aws/sts.h"
#include "source/http_fields.h"

namespace whittle::source::aws {
namespace {

constexpr int kMostRoles = 5;  // each of which is asked of STS with the one before

std::string Get(const Profile& profile, std::string_view key) {
  const auto found = profile.find(key);
  return found == profile.end() ? std::string() : found->second;
}

// The profile that a section's name stands for; empty for sections of other kinds.
std::string_view ProfileOf(std::string_view section, bool config) {
  if (!config || section == "default") return section;
  constexpr std::string_view kWord = "profile";
  if (!section.starts_with(kWord)) return {};
  section.remove_prefix(kWord.size());
  return section.starts_with(' ') || section.starts_with('\t') ? Trim(section) : "";
}

// Up to a # or ; that stands behind a blank.
std::string_view WithoutComment(std::string_view value) {
  for (std::size_t i = 1; i < value.size(); ++i) {
    const bool blank = value[i - 1] == ' ' || value[i - 1] == '\t';
    if (blank && (value[i] == '#' || value[i] == ';')) return Trim(value.substr(0, i));
  }
  return value;
}

async::Awaitable<Expected<Profiles>> ReadFiles(const Surroundings& around, Wait wait) {
  const std::string home = around.Variable("HOME").value_or("") + "/.aws/";
  const std::pair<std::string, bool> files[] = {
      {around.Variable("AWS_SHARED_CREDENTIALS_FILE").value_or(home + "credentials"), false},
      {around.Variable("AWS_CONFIG_FILE").value_or(home + "config"), true}};
  Profiles profiles;
  for (const auto& [path, config] : files) {
    const auto text = co_await around.read(path, wait);
    if (text) {
      ReadProfiles(*text, config, profiles);
    } else if (text.error().kind != ErrorKind::kNotFound) {
      co_return CannotAuthorize(path, text.error());
    }
  }
  co_return profiles;
}

async::Awaitable<Found> Resolve(const Surroundings& around, const Profiles& profiles,
                                std::string name, int roles, Wait wait);

// What the process itself sees: a profile of a source that names the environment means that one.
Surroundings OfProcess(Surroundings around) {
  if (around.of_process) around.variable = around.of_process;
  return around;
}

// The credentials with which a profile's role is asked for.
async::Awaitable<Found> SourceOf(const Surroundings& around, const Profiles& profiles,
                                 const std::string& name, int roles, Wait wait) {
  const Profile& profile = profiles.find(name)->second;
  const std::string source = Get(profile, "source_profile");
  if (source == name) co_return co_await Resolve(around, profiles, name, kMostRoles, wait);
  if (!source.empty()) co_return co_await Resolve(around, profiles, source, roles + 1, wait);
  const std::string place = Get(profile, "credential_source");
  if (place == "Environment") co_return FromEnvironment(OfProcess(around));
  if (place == "EcsContainer") co_return co_await FromContainer(around, wait);
  if (place == "Ec2InstanceMetadata") co_return co_await FromInstance(around, wait);
  co_return CannotAuthorize("profile " + name + " has a role and nothing to ask for it with");
}

// `roles`: how many roles have been passed on the way here. At kMostRoles only keys count.
async::Awaitable<Found> Resolve(const Surroundings& around, const Profiles& profiles,
                                std::string name, int roles, Wait wait) {
  const auto found = profiles.find(name);
  if (found == profiles.end()) co_return std::nullopt;
  const Profile& profile = found->second;
  const std::string region = Get(profile, "region");
  const Role role{.arn = Get(profile, "role_arn"),
                  .session_name = Get(profile, "role_session_name"),
                  .external_id = Get(profile, "external_id"),
                  .region = region};
  if (!role.arn.empty() && roles < kMostRoles) {
    const std::string token_file = Get(profile, "web_identity_token_file");
    if (!token_file.empty()) co_return co_await AssumeByToken(around, role, token_file, wait);
    if (!Get(profile, "mfa_serial").empty()) {
      co_return CannotAuthorize("profile " + name + " asks for a code that only a person has");
    }
    WHITTLE_CO_TRY(const auto source, co_await SourceOf(around, profiles, name, roles, wait));
    if (!source) co_return CannotAuthorize("profile " + name + ": its source has no credentials");
    co_return co_await AssumeByKeys(around, role, source->keys, wait);
  }
  if (profile.contains("aws_access_key_id") || profile.contains("aws_secret_access_key")) {
    co_return Checked({.keys = {.id = Get(profile, "aws_access_key_id"),
                                .secret = Get(profile, "aws_secret_access_key"),
                                .session_token = Get(profile, "aws_session_token")},
                       .origin = "profile " + name,
                       .region = region});
  }
  if (profile.contains("credential_process") || profile.contains("sso_session") ||
      profile.contains("sso_start_url")) {
    co_return CannotAuthorize("profile " + name +
                              " has its credentials from a program or a browser; run that and "
                              "give its result in the environment");
  }
  co_return std::nullopt;
}

}  // namespace

void ReadProfiles(std::string_view text, bool config, Profiles& profiles) {
  Profiles read;
  std::string name;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool nested = line.starts_with(' ') || line.starts_with('\t');
    line = Trim(line);
    if (nested || line.empty() || line.starts_with('#') || line.starts_with(';')) continue;
    if (line.starts_with('[')) {
      const std::size_t end = line.find(']');
      name = end == std::string_view::npos ? "" : ProfileOf(Trim(line.substr(1, end - 1)), config);
      if (!name.empty()) read.try_emplace(name);
      continue;
    }
    const std::size_t equals = line.find('=');
    if (name.empty() || equals == std::string_view::npos) continue;
    read[name].insert_or_assign(Lower(Trim(line.substr(0, equals))),
                                std::string(WithoutComment(Trim(line.substr(equals + 1)))));
  }
  for (auto& [profile, keys] : read) profiles[profile].merge(keys);
}

async::Awaitable<Found> FromProfile(const Surroundings& around, Wait wait) {
  const auto named = around.Variable("AWS_PROFILE", "AWS_DEFAULT_PROFILE");
  WHITTLE_CO_TRY(const Profiles profiles, co_await ReadFiles(around, wait));
  const std::string name = named.value_or("default");
  auto found = co_await Resolve(around, profiles, name, 0, std::move(wait));
  if (found && !*found && named) {
    co_return CannotAuthorize("profile " + name + " is not in the shared files, or has no keys");
  }
  co_return found;
}

}  // namespace whittle::source::aws
