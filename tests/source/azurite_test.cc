// Our requests against Azurite, which checks shared keys and SAS.
#include "tests/real/azurite.h"

#include <gtest/gtest.h>

#include "source/azure/shared_key.h"
#include "source/crypto.h"
#include "source/url_text.h"
#include "tests/real/exchange.h"
#include "tests/source/world.h"

namespace whittle::source::azure {
namespace {

const std::string kAccount = test::Azurite::kAccount;
const std::string kKey = test::Azurite::kKey;

class AzuriteTest : public ::testing::Test {
 protected:
  AzuriteTest() { world_.now = std::chrono::system_clock::now(); }

  Store Make(const test::Azurite& azurite, std::map<std::string, std::string> variables) {
    world_.variables = std::move(variables);
    return *MakeStore({.location = "az://" + kAccount + "/photos",
                       .surroundings = world_.Around(),
                       .endpoint = azurite.endpoint()});
  }
  HttpResponse Get(const Store& store, const std::string& path, HttpFields fields = {}) {
    return test::Exchange(*Authorized(loop_, store, path, std::move(fields)));
  }
  // For reading the container, for an hour.
  std::string NewSas() const {
    const std::string ends = CompactTime(world_.now + std::chrono::hours(1));
    const std::string iso = ends.substr(0, 4) + '-' + ends.substr(4, 2) + '-' + ends.substr(6, 5) +
                            ':' + ends.substr(11, 2) + ':' + ends.substr(13);
    const std::string text = "r\n\n" + iso + "\n/blob/" + kAccount + "/photos\n\n\n\n" +
                             std::string(kVersion) + "\nc\n\n\n\n\n\n\n";
    return FormEncode({{"sv", kVersion},
                       {"sr", "c"},
                       {"sp", "r"},
                       {"se", iso},
                       {"sig", Base64(HmacSha256(AsBytes(*FromBase64(kKey)), text))}});
  }

  World world_;
  test::Loop loop_{1};
};

TEST_F(AzuriteTest, WhatIsSignedIsAccepted) {
  WHITTLE_AZURITE_OR_SKIP(azurite);
  azurite.MakeContainer("photos");
  const Store store = Make(azurite, {{"AZURE_STORAGE_KEY", kKey}});
  const Store by_sas = Make(azurite, {{"AZURE_STORAGE_SAS_TOKEN", NewSas()}});
  for (const std::string name : {"plain.jpg", "dir/a b+c.jpg", "100%.jpg", "a%20b.jpg",
                                 "~(1) [2]'!*.jpg", "Größe/日本.jpg", "a=b&c;d@e:f,g.jpg"}) {
    azurite.PutBlob("photos", name, "of " + name);
    const HttpResponse answer = Get(store, name, {{"If-None-Match", "\"no such\""}});
    EXPECT_EQ(answer.status, 200) << name << answer.body;
    EXPECT_EQ(answer.body, "of " + name);
    EXPECT_EQ(Get(by_sas, name).body, "of " + name);
  }
}

TEST_F(AzuriteTest, RefusalsAreToldApart) {
  WHITTLE_AZURITE_OR_SKIP(azurite);
  const auto told = [&](const Store& store, const std::string& path) {
    const Refusal refusal = store.refusal_of(Get(store, path));
    EXPECT_FALSE(refusal.error.detail.contains(kKey));
    return std::string(Name(refusal.error.kind)) + ' ' + refusal.error.detail;
  };
  const Store store = Make(azurite, {{"AZURE_STORAGE_KEY", kKey}});
  const std::string container = told(store, "a.jpg");
  EXPECT_TRUE(container.starts_with("Unreadable ") && container.contains(" 404 ContainerNotFound"))
      << container;
  azurite.MakeContainer("photos");
  const std::string missing = told(store, "a.jpg");
  EXPECT_TRUE(missing.starts_with("NotFound ") && missing.contains(" 404 BlobNotFound")) << missing;
  const std::string key =
      told(Make(azurite, {{"AZURE_STORAGE_KEY", Base64(AsBytes("another"))}}), "a.jpg");
  EXPECT_TRUE(key.starts_with("Unreadable ") && key.contains(" 403 ")) << key;
  const std::string sas =
      told(Make(azurite, {{"AZURE_STORAGE_SAS_TOKEN", NewSas() + "x"}}), "a.jpg");
  EXPECT_TRUE(sas.starts_with("Unreadable ") && sas.contains(" 403 ")) << sas;
}

}  // namespace
}  // namespace whittle::source::azure
