// Azure Blob Storage as a Store: az://account/container[/prefix].
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "source/azure/credentials.h"
#include "source/azure/shared_key.h"
#include "source/bearer.h"
#include "source/store_parts.h"
#include "source/url_text.h"
#include "source/xml_leaves.h"

namespace whittle::source {
namespace azure {
namespace {

constexpr std::array<CodeMeaning, 14> kMeanings = {{
    {"BlobNotFound", ErrorKind::kNotFound, ""},
    {"ResourceNotFound", ErrorKind::kNotFound, "also said of a container that is not public"},
    {"ContainerNotFound", ErrorKind::kUnreadable,
     "the location names a container that is not there"},
    {"ContainerBeingDeleted", ErrorKind::kUnreadable, ""},
    {"AuthenticationFailed", ErrorKind::kUnreadable,
     "the key, the SAS or the token is wrong or has ended, or the clock is wrong"},
    {"InvalidAuthenticationInfo", ErrorKind::kUnreadable, "the token is wrong or has ended"},
    {"NoAuthenticationInformation", ErrorKind::kUnreadable, ""},
    {"AuthorizationFailure", ErrorKind::kUnreadable,
     "the account's network rules, or a SAS, forbid it"},
    {"AuthorizationPermissionMismatch", ErrorKind::kUnreadable,
     "the identity lacks the role Storage Blob Data Reader"},
    {"KeyBasedAuthenticationNotPermitted", ErrorKind::kUnreadable, "the account takes no keys"},
    {"PublicAccessNotPermitted", ErrorKind::kUnreadable, ""},
    {"BlobArchived", ErrorKind::kUnreadable, "the blob is archived"},
    {"ServerBusy", ErrorKind::kOverloaded, ""},
    {"OperationTimedOut", ErrorKind::kUpstream, ""},
}};

// With the account's key, which does not end.
class SharedKey final : public Authorizer {
 public:
  SharedKey(Account account, std::function<SystemTime()> now)
      : account_(std::move(account)), now_(std::move(now)) {}
  async::Awaitable<Expected<void>> Authorize(HttpRequest& request, Wait) override {
    SetField(request.fields, "x-ms-version", std::string(kVersion));
    SignSharedKey(request, account_.name, account_.key, now_());
    co_return Expected<void>();
  }
  bool Refused(const HttpRequest&, const HttpResponse&) override { return false; }
  std::string Who() const override { return "the account's key"; }

 private:
  const Account account_;
  const std::function<SystemTime()> now_;
};

// With a shared access signature: a part of the URL.
class Sas final : public Authorizer {
 public:
  explicit Sas(std::string sas) : sas_(std::move(sas)) {}
  async::Awaitable<Expected<void>> Authorize(HttpRequest& request, Wait) override {
    SetField(request.fields, "x-ms-version", std::string(kVersion));
    request.url += (request.url.contains('?') ? '&' : '?') + sas_;
    co_return Expected<void>();
  }
  bool Refused(const HttpRequest&, const HttpResponse&) override { return false; }
  std::string Who() const override { return "a SAS"; }

 private:
  const std::string sas_;
};

std::shared_ptr<Authorizer> AuthorizerFor(const Account& account, const StoreOptions& options) {
  const Surroundings& around = options.surroundings;
  if (!options.anonymous && !account.key.empty()) {
    return std::make_shared<SharedKey>(account, around.now);
  }
  if (!options.anonymous && !account.sas.empty()) return std::make_shared<Sas>(account.sas);
  Renewed<Token>::Fetch fetch;
  if (!options.anonymous) {
    fetch = [shared = std::make_shared<const Surroundings>(around)](Wait wait) {
      return FindToken(shared, std::move(wait));
    };
  }
  return std::make_shared<Bearer>(HttpFields{{"x-ms-version", std::string(kVersion)}},
                                  std::move(fetch), around.now);
}

Refusal RefusalOf(const HttpResponse& answer, const std::string& who, SystemTime now) {
  const XmlLeaves leaves(answer.body);
  // The field is there for HEAD, too.
  const std::string_view field = FieldOf(answer.fields, "x-ms-error-code");
  std::string_view message = leaves["Message"];
  message = message.substr(0, message.find('\n'));  // what follows are the request's id and time
  const Said said{std::string(field.empty() ? leaves["Code"] : field), std::string(message)};
  return source::RefusalOf(answer, said, kMeanings, who, now);
}

bool IsContainer(std::string_view name) {
  return (name.size() >= 3 && name.size() <= 63 &&
          name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
              std::string_view::npos) ||
         name == "$root" || name == "$web";
}

Expected<Store> Make(const StoreOptions& options) {
  const Location location = LocationOf(options.location);
  const Location within = LocationOf("://" + location.prefix);  // container, and the prefix in it
  if (!IsContainer(within.first)) {
    return FailSaying(ErrorKind::kBadRequest, "'" + within.first +
                                                  "' is no container's name; it takes "
                                                  "az://account/container[/prefix]");
  }
  WHITTLE_TRY(const Account account, AccountOf(location.first, options));
  const auto authorizer = AuthorizerFor(account, options);
  const std::string name = NameOf("az", location);
  Store store{.name = name,
              .prefix = account.endpoint + '/' + within.first + '/',
              .authorizer = authorizer};
  store.url_of = ObjectUrls(store.prefix, within.prefix, "versionid");
  store.refusal_of = [authorizer, name,
                      now = options.surroundings.now](const HttpResponse& answer) {
    return RefusalOf(answer, name + " with " + authorizer->Who(), now());
  };
  return store;
}

}  // namespace
}  // namespace azure

extern const StoreKind kAzureStore;
constexpr StoreKind kAzureStore = {"az", azure::Make};

}  // namespace whittle::source
