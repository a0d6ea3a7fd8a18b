#include "http/routes.h"

#include <optional>
#include <utility>

#include "http/conditional.h"
#include "http/page.h"

namespace whittle::http {
namespace {

// Valid as long as `head`.
service::Request RequestFor(const RequestHead& head, Mounts::Match match, std::uint64_t client) {
  service::Request request{
      .image = *std::move(match.image), .scope = match.tenant->scope.get(), .client = client};
  if (head.if_none_match || head.if_modified_since) {
    request.has_already = [&head](const service::Identity& identity) {
      const Conditions conditions{head.if_none_match, head.if_modified_since};
      if (!identity.made) return conditions.SatisfiedByName(identity.etag);
      return conditions.Satisfied(identity.etag, identity.modified);
    };
  }
  return request;
}

}  // namespace

std::variant<Reply, Routes::Wanted> Routes::Begin(const RequestHead& head, std::uint64_t client) {
  if (head.path == "*") return OptionsReply();
  const Page* const page = FindPage(head.path);
  std::optional<Mounts::Match> match;
  if (page == nullptr) {
    match =
        mounts_.Find(head.host, {.path = head.path, .query = head.query, .accept = head.accept});
    if (!match) return ErrorReply(Error::Saying(ErrorKind::kNotFound, "not found"));
  }
  if (head.method == Method::kOptions) return OptionsReply();
  if (head.method == Method::kOther) return MethodNotAllowedReply();
  if (page != nullptr) {
    return page->answer({.service = service_,
                         .metrics = metrics_,
                         .about = options_.about,
                         .shows_metrics = options_.metrics,
                         .ready = ready_});
  }
  if (!match->image) return ErrorReply(std::move(match->image).error());
  const Tenant* const tenant = match->tenant;
  service::Request request = RequestFor(head, *std::move(match), client);
  if (const auto answer = service_.AnswerAtOnce(request)) {
    return PictureReply(*answer, tenant->caching);
  }
  return Wanted{std::move(request), tenant};
}

std::optional<Reply> Routes::RefuseAtOnce(Wanted& wanted) {
  auto refused = service_.RefuseAtOnce(wanted.request);
  if (!refused) return std::nullopt;
  return ErrorReply(*std::move(refused));
}

async::Awaitable<Reply> Routes::Finish(Wanted wanted, std::stop_token gone) {
  wanted.request.gone = std::move(gone);
  auto answer = co_await service_.Answer(std::move(wanted.request));
  if (!answer) co_return ErrorReply(std::move(answer).error());
  co_return PictureReply(*answer, wanted.tenant->caching);
}

}  // namespace whittle::http
