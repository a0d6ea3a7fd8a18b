#include "http/routes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "http/conditional.h"

namespace whittle::http {
namespace {

constexpr std::array<std::string_view, 4> kPages = {"/health", "/healthz", "/ready", "/metrics"};

// Valid as long as `head`.
service::Request RequestFor(const RequestHead& head, transform::ImageRequest image,
                            std::uint64_t client) {
  service::Request request{.image = std::move(image), .client = client};
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

std::variant<Reply, service::Request> Routes::Begin(const RequestHead& head, std::uint64_t client) {
  if (head.path == "*") return OptionsReply();
  const bool is_page = std::ranges::find(kPages, head.path) != kPages.end();
  std::optional<Expected<transform::ImageRequest>> image;
  if (!is_page) {
    image = transform::ParseRequest({.path = head.path, .query = head.query, .accept = head.accept},
                                    options_.defaults);
  }
  if (!is_page && !image) return ErrorReply(Error::Saying(ErrorKind::kNotFound, "not found"));

  if (head.method == Method::kOptions) return OptionsReply();
  if (head.method == Method::kOther) return MethodNotAllowedReply();
  if (is_page) return AnswerPage(head.path);
  if (!image->has_value()) return ErrorReply(std::move(*image).error());
  service::Request request = RequestFor(head, std::move(**image), client);
  if (const auto answer = service_.AnswerAtOnce(request)) return AnswerWith(*answer);
  return request;
}

Reply Routes::AnswerPage(std::string_view path) {
  if (path == "/health") return TextReply(200, "ok");
  if (path == "/healthz") return TextReply(200, options_.about, "application/json");
  if (path == "/ready") {
    if (!ready_) return TextReply(503, "draining");
    return service_.healthy() ? TextReply(200, "ready") : TextReply(503, "source does not answer");
  }
  if (!options_.metrics) return ErrorReply(Error::Saying(ErrorKind::kNotFound, "not found"));
  service_.UpdateGauges();
  return TextReply(200, metrics_.Text(), observe::Metrics::kContentType);
}

Reply Routes::AnswerWith(const service::Answer& answer) const {
  return PictureReply(answer, options_.pictures);
}

async::Awaitable<Reply> Routes::Finish(service::Request request, std::stop_token gone) {
  request.gone = std::move(gone);
  auto answer = co_await service_.Answer(std::move(request));
  if (!answer) co_return ErrorReply(std::move(answer).error());
  co_return AnswerWith(*answer);
}

}  // namespace whittle::http
