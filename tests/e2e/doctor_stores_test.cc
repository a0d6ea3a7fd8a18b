// `whittle doctor` against buckets of Google's (a fake) and containers of Azure's (Azurite, where
// scripts/services has put it), with each kind of credential: those that may read, and those that
// may not.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "tests/e2e/azure_place.h"
#include "tests/e2e/doctor.h"
#include "tests/e2e/gcs_place.h"

namespace whittle::test {
namespace {

using std::string;

struct Row {
  string store;
  string kind;
  string source;       ///< its name, with a space before it
  string credentials;  ///< how the doctor calls them
  bool known = true;   ///< those who may not read: the store knows who they are
  std::function<std::unique_ptr<Place>(const string& kind)> make;
};

// Else a test's name has the bytes of its row, which are others in each run.
void PrintTo(const Row& row, std::ostream* out) { *out << row.store << ' ' << row.kind; }

class DoctorStores : public ::testing::TestWithParam<Row> {
 protected:
  DoctorStores() : place_(GetParam().make(GetParam().kind)) {}
  void SetUp() override {
    if (!place_->lacks().empty()) GTEST_SKIP() << place_->lacks();
  }
  Doctor AskAbout(bool denied, const string& key) {
    Environment environment = place_->For(denied);
    const string source = GetParam().source;
    if (!source.empty()) environment.push_back(pictures_.Images());  // the unnamed one's
    std::vector<string> arguments;
    if (!key.empty()) {
      arguments = {"--key", source.empty() ? key : source.substr(1) + ':' + key};
    }
    Doctor doctor = Ask(environment, arguments);
    for (const string& secret : place_->secrets()) {
      EXPECT_FALSE(doctor.out.contains(secret)) << secret << '\n' << doctor.out;
    }
    return doctor;
  }
  const string source_ = "source" + GetParam().source;
  const string credentials_ = "credentials" + GetParam().source;

 private:
  const std::unique_ptr<Place> place_;
  const Pictures pictures_;
};

TEST_P(DoctorStores, ThatLetUsReadAreWell) {
  const Doctor absent = AskAbout(false, "");
  EXPECT_EQ(absent.code, 0) << absent.out;
  EXPECT_EQ(absent.Status(source_), "ok") << absent.out;
  EXPECT_TRUE(absent.Found(source_).contains(": 404 for a key that is not there")) << absent.out;
  EXPECT_EQ(absent.Status(credentials_), "ok") << absent.out;
  EXPECT_EQ(absent.Found(credentials_), GetParam().credentials);

  const auto [name, content] = Photos().back();  // a name that has to be encoded
  const Doctor there = AskAbout(false, name);
  EXPECT_EQ(there.code, 0) << there.out;
  EXPECT_EQ(there.Status(source_), "ok") << there.out;
  EXPECT_TRUE(there.Found(source_).contains(": jpeg, " + std::to_string(content.size()) + " bytes"))
      << there.out;
}

TEST_P(DoctorStores, ThatDoNotAreAFailureThatSaysWhoWeAre) {
  const Doctor doctor = AskAbout(true, Photos().front().first);
  EXPECT_EQ(doctor.code, 1) << doctor.out;
  EXPECT_EQ(doctor.Status(source_), "fail") << doctor.out;
  EXPECT_TRUE(doctor.Found(source_).contains(": 403 ")) << doctor.out;
  EXPECT_EQ(doctor.Status(credentials_), GetParam().known ? "ok" : "fail") << doctor.out;
  EXPECT_EQ(doctor.Found(credentials_),
            GetParam().credentials + (GetParam().known ? "" : ": the store refuses it"));
}

template <class T>
std::unique_ptr<Place> Make(const string& kind) {
  return std::make_unique<T>(kind);
}

std::vector<Row> Rows() {
  const auto gcs = [](const char* kind, const char* credentials) {
    return Row{"gcs",       kind, " media",
               credentials, true, [](const string& k) { return std::make_unique<GcsPlace>(k); }};
  };
  const auto azurite = [](const char* kind, const char* credentials) {
    return Row{"azurite", kind, "", credentials, false, &Make<AzurePlace>};
  };
  return {gcs("service_account", "the token of service account reader@shop.example.com"),
          gcs("metadata", "the token of the metadata server"),
          gcs("workload", "the token of a workload identity"),
          gcs("anonymous", "no credentials"),
          azurite("shared_key", "the account's key"),
          azurite("sas", "a SAS"),
          azurite("managed_identity", "the token of the managed identity")};
}

INSTANTIATE_TEST_SUITE_P(Each, DoctorStores, ::testing::ValuesIn(Rows()),
                         [](const auto& row) { return row.param.store + '_' + row.param.kind; });

// A key of another account, as after a rotation: no token, so the bucket is not asked.
TEST(DoctorGcs, AKeyThatGoogleDoesNotTakeIsNamed) {
  GcsPlace place("service_account");
  Environment environment = place.For(false);
  const TempDir dir;
  const nlohmann::json key = {{"type", "service_account"},
                              {"client_email", "reader@shop.example.com"},
                              {"private_key", NewRsaKey()},
                              {"token_uri", place.gcs().token_service()}};
  WriteFile(dir.path() / "key.json", AsBytes(key.dump()));
  std::erase_if(environment, [](const string& variable) {
    return variable.starts_with("GOOGLE_APPLICATION_CREDENTIALS=");
  });
  environment.push_back("GOOGLE_APPLICATION_CREDENTIALS=" + (dir.path() / "key.json").string());
  const Pictures pictures;
  environment.push_back(pictures.Images());
  const Doctor doctor = Ask(environment);
  EXPECT_EQ(doctor.code, 1) << doctor.out;
  EXPECT_EQ(doctor.Status("source media"), "fail") << doctor.out;
  EXPECT_EQ(doctor.Status("credentials media"), "fail") << doctor.out;
  EXPECT_TRUE(doctor.Found("credentials media").contains("invalid_grant")) << doctor.out;
  EXPECT_FALSE(doctor.out.contains("PRIVATE KEY")) << doctor.out;
  EXPECT_EQ(place.gcs().tokens(), 0);
}

}  // namespace
}  // namespace whittle::test
