// How a container of Azure Blob is reached and with what: key, SAS, or an identity's tokens.
//
// Any thread. AccountOf is pure but for the variables; FindToken asks once, and caches nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "source/oauth.h"
#include "source/store.h"

namespace whittle::source::azure {

struct Account {
  std::string name;
  std::string
      endpoint;     ///< https://NAME.blob.core.windows.net, or another, without a slash at its end
  std::string key;  ///< decoded; empty without one
  std::string sas;  ///< a query, without "?"; empty without one
};

/// AZURE_STORAGE_CONNECTION_STRING, if it is of this account, else AZURE_STORAGE_KEY and
/// AZURE_STORAGE_SAS_TOKEN, unless AZURE_STORAGE_ACCOUNT says that they are another's. The error's
/// text says what is wrong, and holds no secret.
Expected<Account> AccountOf(const std::string& name, const StoreOptions& options);

/// A token of the identity that the environment describes, the first of:
///  - AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET: an application;
///  - AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE: a workload (Kubernetes);
///  - IDENTITY_ENDPOINT, IDENTITY_HEADER: the App Service's or the container's;
///  - the machine's own, of its metadata service. AZURE_CLIENT_ID chooses among several.
async::Awaitable<Expected<Dated<Token>>> FindToken(std::shared_ptr<const Surroundings> around,
                                                   Wait wait);

}  // namespace whittle::source::azure
