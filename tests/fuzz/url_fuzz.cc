// Bytes from a stranger as a URL, as a redirect's target, as the operator's rules, and as what an
// origin says of its answer. What is accepted must have one spelling, and hold what the guard
// needs.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "source/freshness.h"
#include "source/times.h"
#include "source/url.h"
#include "source/url_rules.h"
#include "whittle/bytes.h"

namespace whittle::source {
namespace {

void Expect(bool condition) {
  if (!condition) std::abort();
}

void CheckUrl(const Url& url) {
  const std::string text = url.ToText();
  const auto again = Url::Parse(text);
  Expect(again || text.size() > Url::kMaxBytes);  // encoding may have made it longer
  if (again) Expect(again->ToText() == text && again->address == url.address);
  Expect(text.find_first_of(" \r\n\t#\\\"") == std::string::npos);
  Expect(url.path.starts_with('/') && !(url.path + '/').contains("/../"));
  Expect(url.host.find_first_of("@/?#%\\ ") == std::string::npos && url.port != 0);
  Expect(!url.host.empty() && !url.host.ends_with('.'));
  Expect(url.address.has_value() == Address::Parse(url.host).has_value());
}

void CheckAnswer(std::string_view bytes) {
  const std::string text(bytes.substr(0, bytes.find('\n')));
  HttpAnswer answer{.status = 200};
  for (const char* name :
       {"cache-control", "expires", "date", "age", "etag", "last-modified", "retry-after"}) {
    answer.fields = {{name, text}, {"age", text}};
    const auto caching = CachingOf(answer, 1'700'000'000);
    Expect(!caching || caching->FreshFor().value_or(0) <= 10U * 365 * 24 * 3600);
    Expect(!caching || caching->ToText().find_first_of("\r\n") == std::string::npos);
    const auto wait = ReadRetryAfter(text, SystemTime(std::chrono::seconds(1'700'000'000)));
    Expect(!wait || (wait->count() >= 0 && wait->count() <= 3600));
    Expect(ValidatorOf(answer, 1'700'000'000).size() <= 1024);
  }
}

}  // namespace
}  // namespace whittle::source

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whittle;
  using namespace whittle::source;
  const std::string_view bytes = AsText({data, size});
  static const Url base = *Url::Parse("https://a.example/b/c?d");
  const auto url = Url::Parse(bytes);
  if (url) CheckUrl(*url);
  if (const auto resolved = base.Resolve(bytes)) CheckUrl(*resolved);
  if (const auto rules = UrlRules::Parse(bytes)) {
    rules->Allows(base);
    if (url) rules->Allows(*url);
  }
  CheckAnswer(bytes);
  return 0;
}
