#include "http/routes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "http/conditional.h"

namespace whittle::http {
namespace {

constexpr std::array<std::string_view, 3> kPages = {"/health", "/ready", "/metrics"};

}  // namespace

bool Routes::AlwaysQuick(const RequestHead& head) {
  return std::ranges::find(kPages, head.path) != kPages.end();
}

asio::awaitable<Reply> Routes::Answer(const RequestHead& head, std::stop_token gone) {
  if (head.path == "*") co_return OptionsReply();
  const bool is_page = AlwaysQuick(head);
  std::optional<Expected<transform::ImageRequest>> image;
  if (!is_page) image = transform::ParsePath(head.path, options_.defaults);
  if (!is_page && !image) co_return ErrorReply(Error::Saying(ErrorKind::kNotFound, "not found"));

  if (head.method == Method::kOptions) co_return OptionsReply();
  if (head.method == Method::kOther) co_return MethodNotAllowedReply();
  if (is_page) co_return AnswerPage(head.path);
  if (!image->has_value()) co_return ErrorReply(std::move(*image).error());
  co_return co_await AnswerImage(head, std::move(**image), std::move(gone));
}

Reply Routes::AnswerPage(std::string_view path) {
  if (path == "/health") return TextReply(200, "ok");
  if (path == "/ready") return ready_ ? TextReply(200, "ready") : TextReply(503, "draining");
  if (!options_.metrics) return ErrorReply(Error::Saying(ErrorKind::kNotFound, "not found"));
  service_.UpdateGauges();
  Reply reply = TextReply(200, metrics_.Text());
  reply.fields.front().second = observe::Metrics::kContentType;
  return reply;
}

asio::awaitable<Reply> Routes::AnswerImage(const RequestHead& head, transform::ImageRequest image,
                                           std::stop_token gone) {
  service::Request request{.image = std::move(image), .gone = std::move(gone)};
  const Conditions conditions{head.if_none_match, head.if_modified_since};
  if (!conditions.empty()) {
    request.has_already = [conditions](const service::Identity& identity) {
      return conditions.Satisfied(identity.etag, identity.modified);
    };
  }
  auto answer = co_await service_.Answer(std::move(request));
  if (!answer) co_return ErrorReply(std::move(answer).error());
  co_return PictureReply(*answer);
}

}  // namespace whittle::http
