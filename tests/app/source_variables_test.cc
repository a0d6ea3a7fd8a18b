// Whose credentials a named source has.
#include "app/source_variables.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/corpus.h"

namespace whittle::app {
namespace {

class SourceVariablesTest : public ::testing::Test {
 protected:
  Expected<Variable> Make(const SourceTable& table) {
    return VariablesFor(table, [this](const std::string& name) -> std::optional<std::string> {
      const auto found = process_.find(name);
      return found == process_.end() ? std::nullopt : std::optional(found->second);
    });
  }
  // The values of variables, with spaces between.
  std::string Seen(const SourceTable& table, std::initializer_list<const char*> names) {
    const auto variable = Make(table);
    if (!variable) return variable.error().text;
    std::string text;
    for (const char* name : names) text += (*variable)(name).value_or("-") + ' ';
    text.pop_back();
    return text;
  }
  std::string Refusal(const SourceTable& table) {
    const auto variable = Make(table);
    return variable ? "taken" : variable.error().text;
  }
  std::string File(std::string_view content) {
    const auto path = dir_.path() / "secret";
    test::WriteFile(path, AsBytes(content));
    return path.string();
  }

  const test::TempDir dir_;
  std::map<std::string, std::string> process_ = {
      {"AWS_ACCESS_KEY_ID", "id"},    {"AWS_SECRET_ACCESS_KEY", "secret"},
      {"AWS_SESSION_TOKEN", "token"}, {"AWS_PROFILE", "machine"},
      {"AWS_REGION", "eu-west-1"},    {"GOOGLE_APPLICATION_CREDENTIALS", "/g.json"},
      {"AZURE_STORAGE_KEY", "a2V5"},  {"AZURE_CLIENT_ID", "client"},
      {"S_AWS_ACCESS_KEY_ID", "own"}, {"S_AWS_SECRET_ACCESS_KEY", "own secret"},
      {"S_AWS_REGION", "us-west-2"}};
};

constexpr auto kAws = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
                       "AWS_PROFILE", "AWS_REGION"};

TEST_F(SourceVariablesTest, WithoutAnyOfItsOwnItSeesTheProcesss) {
  EXPECT_EQ(Seen({.location = "s3://b"}, kAws), "id secret token machine eu-west-1");
}

TEST_F(SourceVariablesTest, WithAPrefixItSeesItsOwnAndNoSecretOfTheProcess) {
  const SourceTable table{.location = "s3://b", .credentials = "env:S_"};
  EXPECT_EQ(Seen(table, kAws), "own own secret - - us-west-2");
  EXPECT_EQ(Seen(table, {"GOOGLE_APPLICATION_CREDENTIALS"}), "/g.json") << "another cloud's";
  process_.erase("S_AWS_REGION");
  EXPECT_EQ(Seen(table, {"AWS_REGION"}), "eu-west-1") << "no secret";
  process_["S_AWS_SECRET_ACCESS_KEY"] = " ";
  EXPECT_EQ(Refusal(table),
            "credentials: not set: S_AWS_ACCESS_KEY_ID and S_AWS_SECRET_ACCESS_KEY");
}

TEST_F(SourceVariablesTest, AProfileTakesThePlaceOfKeys) {
  EXPECT_EQ(Seen({.location = "s3://b", .profile = "shop"}, kAws), "- - - shop eu-west-1");
  const SourceTable file{.location = "s3://b", .credentials_file = "/c"};
  EXPECT_EQ(Seen(file, kAws), "- - - default eu-west-1");
  EXPECT_EQ(Seen(file, {"AWS_SHARED_CREDENTIALS_FILE"}), "/c");
  const SourceTable both{.location = "s3://b", .profile = "shop", .credentials_file = "/c"};
  EXPECT_EQ(Seen(both, {"AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE"}), "shop /c");
}

TEST_F(SourceVariablesTest, GooglesAreAFile) {
  const auto names = {"GOOGLE_APPLICATION_CREDENTIALS"};
  EXPECT_EQ(Seen({.location = "gs://b", .credentials_file = "/own.json"}, names), "/own.json");
  const SourceTable prefix{.location = "gs://b", .credentials = "env:S_"};
  EXPECT_EQ(Refusal(prefix), "credentials: not set: S_GOOGLE_APPLICATION_CREDENTIALS");
  process_["S_GOOGLE_APPLICATION_CREDENTIALS"] = "/s.json";
  EXPECT_EQ(Seen(prefix, names), "/s.json");
}

TEST_F(SourceVariablesTest, AzuresAreOfThreeKinds) {
  const auto names = {"AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_KEY",
                      "AZURE_STORAGE_SAS_TOKEN", "AZURE_CLIENT_ID"};
  const auto seen = [&](std::string_view content) {
    return Seen({.location = "az://acc/con", .credentials_file = File(content)}, names);
  };
  EXPECT_EQ(seen("b3du=\n"), "- b3du= - -");
  EXPECT_EQ(seen("?sv=1&sig=x%3D"), "- - ?sv=1&sig=x%3D -");
  const std::string text = "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=b3du";
  EXPECT_EQ(seen(text + "\r\n"), text + " - - -");
  EXPECT_EQ(seen(" \n"), "credentials_file: it is empty");
  EXPECT_EQ(Refusal({.location = "az://acc/con", .credentials_file = "/nowhere"}),
            "credentials_file: No such file or directory");
  const SourceTable prefix{.location = "az://acc/con", .credentials = "env:S_"};
  EXPECT_TRUE(Refusal(prefix).starts_with(
      "credentials: not set: S_AZURE_STORAGE_CONNECTION_STRING, or S_AZURE_STORAGE_KEY, or "))
      << Refusal(prefix);
  process_["S_AZURE_STORAGE_SAS_TOKEN"] = "sig=own";
  EXPECT_EQ(Seen(prefix, names), "- - sig=own -");
}

TEST_F(SourceVariablesTest, OnesThatCannotBeMeantAreRefused) {
  EXPECT_EQ(Refusal({.location = "/srv/shop", .profile = "p"}),
            "profile: the location is no bucket");
  EXPECT_EQ(Refusal({.location = "https://h/", .credentials = "env:S_"}),
            "credentials: the location is no bucket");
  EXPECT_EQ(Refusal({.location = "gs://b", .profile = "p"}), "profile: only AWS has them");
  EXPECT_EQ(Refusal({.location = "s3://b", .anonymous = true, .profile = "p"}),
            "profile: requests are anonymous");
  EXPECT_EQ(Refusal({.location = "s3://b", .credentials = "env:S_", .profile = "p"}),
            "credentials: there is a profile or file besides");
  EXPECT_EQ(Refusal({.location = "s3://b", .credentials = "env:S_", .credentials_file = "/c"}),
            "credentials: there is a profile or file besides");
}

}  // namespace
}  // namespace whittle::app
