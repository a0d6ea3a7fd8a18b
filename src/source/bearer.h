// An Authorizer with a token that ends: "Authorization: Bearer ...", as GCS and Azure take it.
//
// Thread-safe. A token that is refused (401) is fetched anew, once in ten seconds.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "source/authorizer.h"
#include "source/http_fields.h"
#include "source/renewed.h"

namespace whittle::source {

struct Token {
  std::string text;
  std::string origin;  ///< "service account a@b": for errors and logs
};

class Bearer final : public Authorizer {
 public:
  /// `fields` go with every request. Without `fetch` nothing else does.
  Bearer(HttpFields fields, Renewed<Token>::Fetch fetch, Renewed<Token>::Now now)
      : fields_(std::move(fields)),
        token_(fetch ? std::make_unique<Renewed<Token>>(std::move(fetch), std::move(now))
                     : nullptr) {}

  async::Awaitable<Expected<void>> Authorize(HttpRequest& request, Wait wait) override {
    for (const auto& [name, value] : fields_) SetField(request.fields, name, value);
    if (token_ == nullptr) co_return Expected<void>();
    WHITTLE_CO_TRY(const std::shared_ptr<const Token> token, co_await token_->Get(std::move(wait)));
    SetField(request.fields, "Authorization", "Bearer " + token->text);
    co_return Expected<void>();
  }

  bool Refused(const HttpRequest& request, const HttpResponse& answer) override {
    if (token_ == nullptr || answer.status != 401) return false;
    const std::string_view used = FieldOf(request.fields, "authorization");
    return token_->Drop([&](const Token& now) { return used == "Bearer " + now.text; });
  }

  std::string Who() const override {
    if (token_ == nullptr) return "no credentials";
    const auto last = token_->Last();
    return last == nullptr ? "credentials not there yet" : "the token of " + last->origin;
  }

 private:
  const HttpFields fields_;
  const std::unique_ptr<Renewed<Token>> token_;
};

}  // namespace whittle::source
