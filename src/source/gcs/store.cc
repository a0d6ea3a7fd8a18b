// Google Cloud Storage as a Store: objects by the XML API, where their names are paths.
//
// STORAGE_EMULATOR_HOST names an emulator, as for Google's libraries: it speaks the JSON API alone
// and takes no credentials.
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "source/bearer.h"
#include "source/gcs/credentials.h"
#include "source/json_fields.h"
#include "source/store_parts.h"
#include "source/url_text.h"
#include "source/xml_leaves.h"

namespace whittle::source {
namespace gcs {
namespace {

constexpr std::array<CodeMeaning, 8> kMeanings = {{
    {"NoSuchBucket", ErrorKind::kUnreadable, "the location names a bucket that is not there"},
    {"AccessDenied", ErrorKind::kUnreadable, "these credentials may not read it"},
    {"AuthenticationRequired", ErrorKind::kUnreadable, "the token is not accepted"},
    {"InvalidSecurity", ErrorKind::kUnreadable, ""},
    {"UserProjectMissing", ErrorKind::kUnreadable, "the bucket's requests are paid by the reader"},
    {"UserProjectAccessDenied", ErrorKind::kUnreadable, "the project that pays is closed to us"},
    {"KeyTooLong", ErrorKind::kNotFound, ""},
    {"SlowDown", ErrorKind::kOverloaded, ""},
}};

// XML, or of the JSON API {"error": {"message": ..., "errors": [{"reason": ...}]}}, or a text.
Said WhatWasSaid(const HttpResponse& answer) {
  const XmlLeaves leaves(answer.body);
  if (leaves.size() != 0) {
    const std::string_view details = leaves["Details"];
    return {std::string(leaves["Code"]),
            std::string(leaves["Message"]) + (details.empty() ? "" : " ") + std::string(details)};
  }
  const Json object = ObjectOf(answer.body);
  const auto error = object.find("error");
  if (error != object.end() && error->is_object()) return {"", TextOf(*error, "message")};
  return {"", answer.body.substr(0, 200)};
}

bool IsBucket(std::string_view bucket) {
  return bucket.size() >= 3 && bucket.size() <= 222 &&
         bucket.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") ==
             std::string_view::npos;
}

// `objects`: what stands before an encoded name, `end` what stands after it.
struct Form {
  std::string objects;
  std::string end;  // the query's start
  bool encodes_slashes = false;
};

Expected<Form> FormOf(const StoreOptions& options, const std::string& bucket, bool& is_emulator) {
  std::string emulator = options.surroundings.Variable("STORAGE_EMULATOR_HOST").value_or("");
  is_emulator = options.endpoint.empty() && !emulator.empty();
  if (is_emulator) {
    if (!emulator.contains("://")) emulator.insert(0, "http://");
    WHITTLE_TRY(const std::string endpoint, CheckedEndpoint(emulator));
    return Form{endpoint + "/storage/v1/b/" + bucket + "/o/", "?alt=media", true};
  }
  WHITTLE_TRY(const std::string endpoint,
              CheckedEndpoint(options.endpoint.empty() ? "https://storage.googleapis.com"
                                                       : options.endpoint));
  return Form{endpoint + '/' + bucket + '/', "", false};
}

Expected<std::string> UrlOf(const Form& form, std::string_view prefix, std::string_view path,
                            std::string_view version) {
  WHITTLE_TRY(const std::string name, EncodeObject(prefix, path, form.encodes_slashes ? "" : "/"));
  std::string url = form.objects + name + form.end;
  if (!version.empty()) {
    url += (form.end.empty() ? '?' : '&') + FormEncode({{"generation", version}});
  }
  return url;
}

Expected<Store> Make(const StoreOptions& options) {
  const Location location = LocationOf(options.location);
  if (!IsBucket(location.first)) {
    return FailSaying(ErrorKind::kBadRequest, "'" + location.first + "' is no bucket's name");
  }
  bool is_emulator = false;
  WHITTLE_TRY(const Form form, FormOf(options, location.first, is_emulator));
  HttpFields fields;
  if (!options.billed_project.empty()) {
    fields.emplace_back("x-goog-user-project", options.billed_project);
  }
  Renewed<Token>::Fetch fetch;
  if (!options.anonymous && !is_emulator) {
    fetch = [around = std::make_shared<const Surroundings>(options.surroundings)](Wait wait) {
      return FindToken(around, std::move(wait));
    };
  }
  const auto authorizer =
      std::make_shared<Bearer>(std::move(fields), std::move(fetch), options.surroundings.now);
  const std::string name = NameOf("gs", location);
  Store store{.name = name, .prefix = form.objects, .authorizer = authorizer};
  store.url_of = [form, prefix = location.prefix](std::string_view path, std::string_view version) {
    return UrlOf(form, prefix, path, version);
  };
  store.refusal_of = [authorizer, name,
                      now = options.surroundings.now](const HttpResponse& answer) {
    return RefusalOf(answer, WhatWasSaid(answer), kMeanings, name + " with " + authorizer->Who(),
                     now());
  };
  return store;
}

}  // namespace
}  // namespace gcs

extern const StoreKind kGcsStore;
constexpr StoreKind kGcsStore = {"gs", gcs::Make};

}  // namespace whittle::source
