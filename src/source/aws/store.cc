// S3, and all that speak it, as a Store.
//
// The region is the options', the environment's, the profile's, or what S3 itself answers: a
// request to the wrong one is refused with the right one's name, which counts from then on.
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "source/aws/credentials.h"
#include "source/aws/s3_address.h"
#include "source/aws/s3_answer.h"
#include "source/http_fields.h"
#include "source/renewed.h"
#include "source/store_parts.h"
#include "source/url_text.h"

namespace whittle::source {
namespace aws {
namespace {

class S3Authorizer final : public Authorizer {
 public:
  S3Authorizer(S3Address address, const std::string& region, const StoreOptions& options)
      : address_(std::move(address)),
        first_base_(address_.Base(region.empty() ? kFirstRegion : region)),
        around_(std::make_shared<const Surroundings>(options.surroundings)),
        is_anonymous_(options.anonymous),
        requester_pays_(options.requester_pays),
        region_(region),
        credentials_(
            [around = around_](Wait wait) { return FindCredentials(around, std::move(wait)); },
            around_->now) {}

  async::Awaitable<Expected<void>> Authorize(HttpRequest& request, Wait wait) override {
    if (requester_pays_) SetField(request.fields, "x-amz-request-payer", "requester");
    if (is_anonymous_) {
      GoTo(RegionNow(""), request);
      co_return Expected<void>();
    }
    WHITTLE_CO_TRY(const std::shared_ptr<const Credentials> credentials,
                   co_await credentials_.Get(std::move(wait)));
    const std::string region = RegionNow(credentials->region);
    GoTo(region, request);
    Sign(request, credentials->keys, {.region = region, .service = "s3"}, around_->now());
    co_return Expected<void>();
  }

  bool Refused(const HttpRequest& request, const HttpResponse& answer) override {
    const S3Error error = ErrorOf(answer);
    const bool is_elsewhere = answer.status <= 400;
    if (is_elsewhere && TryRegion(error.region, request)) return true;
    if (answer.status != 401 && !IsOfOldKeys(error.code)) return false;
    const std::string_view signer = SignerOf(FieldOf(request.fields, "authorization"));
    const std::string_view token = FieldOf(request.fields, "x-amz-security-token");
    return !is_anonymous_ && credentials_.Drop([&](const Credentials& now) {
      return now.keys.id == signer && now.keys.session_token == token;
    });
  }

  const std::string& first_base() const { return first_base_; }

  std::string Who() const override {
    if (is_anonymous_) return "no credentials";
    const auto last = credentials_.Last();
    return last == nullptr ? "credentials not there yet"
                           : "key " + last->keys.id + " of " + last->origin;
  }

 private:
  std::string RegionNow(const std::string& of_profile) {
    const std::lock_guard lock(mutex_);
    if (region_.empty()) region_ = IsRegion(of_profile) ? of_profile : kFirstRegion;
    return region_;
  }

  // URLs are made for the region that was known first.
  void GoTo(const std::string& region, HttpRequest& request) const {
    if (!request.url.starts_with(first_base_)) return;
    request.url.replace(0, first_base_.size(), address_.Base(region));
  }

  // Whether the store has named a region that is not the one it was asked in.
  bool TryRegion(const std::string& region, const HttpRequest& request) {
    if (region.empty()) return false;
    const std::string_view authorization = FieldOf(request.fields, "authorization");
    const bool was_signed_for_it = authorization.contains('/' + region + "/s3/");
    const bool was_sent_there = request.url.starts_with(address_.Base(region));
    if (was_sent_there && (was_signed_for_it || authorization.empty())) return false;
    const std::lock_guard lock(mutex_);
    region_ = region;
    return true;
  }

  const S3Address address_;
  const std::string first_base_;
  const std::shared_ptr<const Surroundings> around_;
  const bool is_anonymous_;
  const bool requester_pays_;
  std::mutex mutex_;
  std::string region_;  // empty until the first request
  Renewed<Credentials> credentials_;
};

Expected<Store> MakeS3Store(const StoreOptions& options) {
  const Location location = LocationOf(options.location);
  WHITTLE_TRY(S3Address address, AddressOf(location.first, options));
  std::string region = RegionOf(options);
  if (region == "aws-global") region = kFirstRegion;
  if (!region.empty() && !IsRegion(region)) {
    return FailSaying(ErrorKind::kBadRequest, "'" + region + "' is no region");
  }
  if (region == "auto" && address.endpoint.empty()) {
    return FailSaying(ErrorKind::kBadRequest, "the region 'auto' takes an endpoint");
  }
  const auto authorizer = std::make_shared<S3Authorizer>(std::move(address), region, options);
  const std::string name = NameOf("s3", location);
  Store store{.name = name, .prefix = authorizer->first_base(), .authorizer = authorizer};
  store.url_of = ObjectUrls(store.prefix, location.prefix, "versionId");
  store.refusal_of = [authorizer, name,
                      now = options.surroundings.now](const HttpResponse& answer) {
    return RefusalOf(answer, name + " with " + authorizer->Who(), now());
  };
  return store;
}

}  // namespace
}  // namespace aws

extern const StoreKind kS3Store;
constexpr StoreKind kS3Store = {"s3", aws::MakeS3Store};

}  // namespace whittle::source
