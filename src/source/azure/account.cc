// Account: the part of azure/credentials.h that needs no I/O.
#include <algorithm>
#include <map>
#include <utility>

#include "source/azure/credentials.h"
#include "source/crypto.h"
#include "source/store_parts.h"
#include "source/url_text.h"

namespace whittle::source::azure {
namespace {

std::unexpected<Error> Wrong(std::string text) {
  return FailSaying(ErrorKind::kBadRequest, std::move(text));
}

// "Name=value;Name=value"; values may hold "=".
std::map<std::string, std::string> PartsOf(std::string_view text) {
  std::map<std::string, std::string> parts;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    parts[std::string(Trim(part.substr(0, equals)))] = Trim(part.substr(equals + 1));
  }
  return parts;
}

Expected<void> SetKey(Account& account, const std::string& base64) {
  if (base64.empty()) return {};
  const auto key = FromBase64(base64);
  if (!key || key->empty()) {
    return Wrong("the key of the storage account " + account.name + " is not base64");
  }
  account.key = *key;
  return {};
}

Expected<void> SetSas(Account& account, std::string_view sas) {
  if (sas.starts_with('?')) sas.remove_prefix(1);
  if (!SplitUrl("https://x/?" + std::string(sas))) {
    return Wrong("the SAS of the storage account " + account.name + " is no query");
  }
  account.sas = sas;
  return {};
}

// Azurite's account, which every installation of it has; Microsoft's documentation names the key.
constexpr std::string_view kEmulatorAccount = "devstoreaccount1";
constexpr std::string_view kEmulatorKey =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

Expected<bool> FromConnectionString(Account& account, const std::string& text) {
  auto parts = PartsOf(text);
  if (parts["UseDevelopmentStorage"] == "true") {
    parts["AccountName"] = kEmulatorAccount;
    parts["AccountKey"] = kEmulatorKey;
    parts.try_emplace("BlobEndpoint", "http://127.0.0.1:10000/devstoreaccount1");
  }
  const std::string endpoint = parts["BlobEndpoint"];
  // One with a SAS alone names no account, and is of the endpoint's.
  const bool is_named = !parts["AccountName"].empty();
  if (is_named && parts["AccountName"] != account.name) return false;
  if (!is_named && !endpoint.contains("//" + account.name + '.')) return false;
  WHITTLE_CHECK(SetKey(account, parts["AccountKey"]));
  WHITTLE_CHECK(SetSas(account, parts["SharedAccessSignature"]));
  if (!endpoint.empty()) {
    account.endpoint = endpoint;
    return true;
  }
  const std::string protocol = parts["DefaultEndpointsProtocol"];
  const std::string suffix = parts["EndpointSuffix"];
  account.endpoint = (protocol.empty() ? "https" : protocol) + "://" + account.name + ".blob." +
                     (suffix.empty() ? "core.windows.net" : suffix);
  return true;
}

bool IsAccount(std::string_view name) {
  return name.size() >= 3 && name.size() <= 24 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string_view::npos;
}

}  // namespace

Expected<Account> AccountOf(const std::string& name, const StoreOptions& options) {
  const Surroundings& around = options.surroundings;
  if (!IsAccount(name)) return Wrong("'" + name + "' is no storage account's name");
  Account account{.name = name, .endpoint = "https://" + name + ".blob.core.windows.net"};
  bool found = false;
  if (const auto text = around.Variable("AZURE_STORAGE_CONNECTION_STRING")) {
    WHITTLE_TRY(found, FromConnectionString(account, *text));
    if (options.own_credentials && !found) {
      return Wrong("the connection string is not one of the storage account " + name);
    }
    if (options.own_credentials && account.key.empty() && account.sas.empty()) {
      return Wrong("the connection string has neither a key nor a SAS");
    }
  }
  const bool is_its = around.Variable("AZURE_STORAGE_ACCOUNT").value_or(name) == name;
  if (options.own_credentials && !is_its) {
    return Wrong("AZURE_STORAGE_ACCOUNT is not " + name);
  }
  if (!found && is_its) {
    WHITTLE_CHECK(SetKey(account, around.Variable("AZURE_STORAGE_KEY").value_or("")));
    WHITTLE_CHECK(SetSas(account, around.Variable("AZURE_STORAGE_SAS_TOKEN").value_or("")));
  }
  if (!options.endpoint.empty()) account.endpoint = options.endpoint;
  WHITTLE_TRY(account.endpoint, CheckedEndpoint(account.endpoint));
  return account;
}

}  // namespace whittle::source::azure
