// Where AWS credentials are found, in which order, and what is said when they are not.
#include <gtest/gtest.h>

#include "source/aws/credentials.h"
#include "source/aws/endpoints.h"
#include "source/aws/profiles.h"
#include "tests/source/world.h"

namespace whittle::source::aws {
namespace {

constexpr std::string_view kSecret = "a-great-secret";
const std::string kImds = "http://169.254.169.254/latest/";
const std::string kRoles = kImds + "meta-data/iam/security-credentials/";

std::string KeysJson(const std::string& id) {
  return R"({"Code":"Success","AccessKeyId":")" + id + R"(","SecretAccessKey":"a-great-secret",)" +
         R"("Token":"token of )" + id + R"(","Expiration":"2026-11-29T18:00:00Z"})";
}
std::string StsXml(const std::string& action, const std::string& id) {
  return "<" + action + "Response><" + action + "Result><Credentials><AccessKeyId>" + id +
         "</AccessKeyId><SecretAccessKey>a-great-secret</SecretAccessKey><SessionToken>token of " +
         id + "</SessionToken><Expiration>2026-11-29T13:00:00Z</Expiration></Credentials></" +
         action + "Result></" + action + "Response>";
}

class AwsCredentialsTest : public ::testing::Test {
 protected:
  AwsCredentialsTest() { world_.variables["HOME"] = "/home/w"; }

  Expected<Dated<Credentials>> FindAll() {
    world_.asked.clear();
    Surroundings around = world_.Around();
    if (!of_process_.empty()) {
      around.of_process = [this](const std::string& name) {
        const auto found = of_process_.find(name);
        return found == of_process_.end() ? std::nullopt : std::optional(found->second);
      };
    }
    return loop_.Run(FindCredentials(std::make_shared<const Surroundings>(std::move(around)), {}));
  }
  // "id of origin", or why not.
  std::string Find() {
    const auto found = FindAll();
    if (!found) {
      EXPECT_EQ(found.error().kind, ErrorKind::kUnreadable);
      EXPECT_FALSE(found.error().detail.contains(kSecret)) << found.error().detail;
      EXPECT_FALSE(found.error().text.contains(kSecret));
      return "error: " + found.error().detail;
    }
    return found->value.keys.id + " of " + found->value.origin;
  }

  void SetUpEnvironment() {
    world_.variables["AWS_ACCESS_KEY_ID"] = "AKENV";
    world_.variables["AWS_SECRET_ACCESS_KEY"] = kSecret;
  }
  void SetUpProfile() {
    world_.files["/home/w/.aws/credentials"] =
        "[default]\naws_access_key_id=AKFILE\naws_secret_access_key=a-great-secret\n";
  }
  void SetUpWebIdentity() {
    world_.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token";
    world_.variables["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/web";
    world_.files["/token"] = "ey.J.x\n";
    world_.Answer("POST https://sts.amazonaws.com/", 200,
                  StsXml("AssumeRoleWithWebIdentity", "AKWEB"));
  }
  void SetUpContainer() {
    world_.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/x";
    world_.Answer("GET http://169.254.170.2/v2/x", 200, KeysJson("AKECS"));
  }
  void SetUpInstance() {
    world_.Answer("PUT " + kImds + "api/token", 200, "imds-token");
    world_.Answer("GET " + kRoles, 200, "web role\n");
    world_.Answer("GET " + kRoles + "web%20role", 200, KeysJson("AKIMDS"));
  }

  World world_;
  std::map<std::string, std::string> of_process_;  // where it is not the same
  test::Loop loop_{1};
};

TEST_F(AwsCredentialsTest, AreLookedForInOrder) {
  SetUpInstance();
  EXPECT_EQ(Find(), "AKIMDS of role web role of the instance");
  SetUpContainer();
  EXPECT_EQ(Find(), "AKECS of the container's credentials");
  SetUpWebIdentity();
  EXPECT_EQ(Find(), "AKWEB of role arn:aws:iam::1:role/web");
  SetUpProfile();
  EXPECT_EQ(Find(), "AKFILE of profile default");
  SetUpEnvironment();
  EXPECT_EQ(Find(), "AKENV of the environment");
  EXPECT_TRUE(world_.asked.empty());
}

// Another identity would read what this one may not, or the other way round.
TEST_F(AwsCredentialsTest, APlaceThatFailsIsNotMadeUpForByTheNext) {
  SetUpInstance();
  world_.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/gone";
  EXPECT_EQ(Find(), "error: the container's credentials: no such host");
  world_.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/no-token";
  EXPECT_EQ(Find(), "error: AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN");
  world_.variables["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/web";
  EXPECT_EQ(Find(), "error: /no-token: no such file");
  world_.variables["AWS_PROFILE"] = "other";
  EXPECT_EQ(Find(), "error: profile other is not in the shared files, or has no keys");
  world_.variables["AWS_ACCESS_KEY_ID"] = "AKENV";
  EXPECT_EQ(Find(), "error: the environment: an access key without its other half");
}

TEST_F(AwsCredentialsTest, TheEnvironmentsSession) {
  SetUpEnvironment();
  world_.variables["AWS_SESSION_TOKEN"] = "token";
  const auto found = FindAll();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value.keys.session_token, "token");
  EXPECT_EQ(found->value.keys.secret, kSecret);
  EXPECT_EQ(found->ends, std::nullopt);
  world_.variables["AWS_SESSION_TOKEN"] = "to\r\nken";
  EXPECT_EQ(Find(), "error: the environment: an access key or token that no field can hold");
  world_.variables["AWS_SESSION_TOKEN"] = "token";
  world_.variables["AWS_ACCESS_KEY_ID"] = "AK/ENV";
  EXPECT_EQ(Find(), "error: the environment: an access key or token that no field can hold");
}

// A stop or a deadline that one of them does not pass on keeps its caller waiting.
TEST_F(AwsCredentialsTest, EveryPlacePassesOnHowLongToWait) {
  std::stop_source stop;
  const auto find = [&](async::Clock::duration time) {
    world_.waits.clear();
    const auto until = async::Clock::now() + time;
    EXPECT_TRUE(loop_.Run(FindCredentials(std::make_shared<const Surroundings>(world_.Around()),
                                          {.until = until, .stop = stop.get_token()})));
    return world_.AllWaitsWere(stop.get_token(), until);
  };
  SetUpInstance();
  EXPECT_TRUE(find(std::chrono::milliseconds(100)));
  SetUpContainer();
  world_.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/pod-token";
  world_.files["/pod-token"] = "t";
  EXPECT_TRUE(find(std::chrono::hours(1)));
  SetUpWebIdentity();
  EXPECT_TRUE(find(std::chrono::hours(1)));
  world_.files["/home/w/.aws/config"] =
      "[default]\nrole_arn=r\nsource_profile=base\n[profile base]\naws_access_key_id=A\n"
      "aws_secret_access_key=s\n";
  EXPECT_TRUE(find(std::chrono::hours(1)));
  world_.files["/home/w/.aws/config"] = "[default]\nrole_arn=r\nweb_identity_token_file=/token\n";
  EXPECT_TRUE(find(std::chrono::hours(1)));
}

// Where there is none, its address answers nothing, and everybody waited for the whole deadline.
TEST_F(AwsCredentialsTest, TheInstanceIsNotWaitedForLong) {
  SetUpInstance();
  ASSERT_TRUE(FindAll());
  world_.waits.erase(world_.waits.begin(), world_.waits.begin() + 2);  // of the shared files
  ASSERT_EQ(world_.waits.size(), 3U);
  EXPECT_TRUE(world_.AllWaitsWere({}, async::Clock::now() + std::chrono::seconds(2)));
}

// ---- The instance's metadata ----

TEST_F(AwsCredentialsTest, TheInstancesMetadataAreAskedByTheirSecondVersion) {
  SetUpInstance();
  const auto found = FindAll();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value.keys.session_token, "token of AKIMDS");
  EXPECT_EQ(found->ends, ParseIsoTime("2026-11-29T18:00:00Z"));
  ASSERT_EQ(world_.asked.size(), 3U);
  EXPECT_EQ(FieldOf(world_.asked[0].fields, "x-aws-ec2-metadata-token-ttl-seconds"), "21600");
  EXPECT_EQ(FieldOf(world_.asked[1].fields, "x-aws-ec2-metadata-token"), "imds-token");
  EXPECT_EQ(FieldOf(world_.asked[2].fields, "x-aws-ec2-metadata-token"), "imds-token");
}

TEST_F(AwsCredentialsTest, TheInstancesMetadataMayBeOffOrElsewhere) {
  world_.variables["AWS_EC2_METADATA_DISABLED"] = "true";
  EXPECT_TRUE(Find().starts_with("error: no AWS credentials: "));
  EXPECT_TRUE(world_.asked.empty());
  world_.variables["AWS_EC2_METADATA_DISABLED"] = "false";
  EXPECT_EQ(Find(), "error: the instance's metadata service: no such host");
  world_.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "ipv6";
  Find();
  EXPECT_EQ(world_.Asked(), "PUT http://[fd00:ec2::254]/latest/api/token\n");
  world_.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "localhost";
  EXPECT_TRUE(Find().starts_with("error: 'localhost' is no endpoint"));
  world_.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1/";
  Find();
  EXPECT_EQ(world_.Asked(), "PUT http://127.0.0.1:1/latest/api/token\n");
}

TEST_F(AwsCredentialsTest, WhatTheInstanceSaysInsteadOfCredentials) {
  world_.Answer("PUT " + kImds + "api/token", 403, "");
  world_.Answer("PUT " + kImds + "api/token", 200, "");
  world_.Answer("PUT " + kImds + "api/token", 200, "imds-token");
  EXPECT_EQ(Find(), "error: the instance's metadata service answers 403");
  EXPECT_EQ(Find(), "error: the instance's metadata service: no token");
  world_.Answer("GET " + kRoles, 404, "");
  world_.Answer("GET " + kRoles, 500, "");
  world_.Answer("GET " + kRoles, 200, "r");
  EXPECT_EQ(Find(), "error: no AWS credentials: this instance has no role");
  EXPECT_EQ(Find(), "error: the instance's metadata service answers 500");
  world_.Answer("GET " + kRoles + "r", 200, "<html>");
  world_.Answer("GET " + kRoles + "r", 200,
                R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"no trust"})");
  world_.Answer("GET " + kRoles + "r", 200, R"({"AccessKeyId":"AK","SecretAccessKey":7})");
  EXPECT_EQ(Find(), "error: role r of the instance: an answer without credentials");
  EXPECT_EQ(Find(), "error: role r of the instance: AssumeRoleUnauthorizedAccess no trust");
  EXPECT_EQ(Find(), "error: role r of the instance: an access key without its other half");
}

// ---- The container's agent ----

TEST_F(AwsCredentialsTest, TheContainersTokenIsSentAndNeverElsewhere) {
  world_.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://169.254.170.23/v1/credentials";
  world_.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "plain";
  world_.Answer("GET http://169.254.170.23/v1/credentials", 200, KeysJson("AKEKS"));
  EXPECT_EQ(Find(), "AKEKS of the container's credentials");
  EXPECT_EQ(FieldOf(world_.asked.at(0).fields, "authorization"), "plain");
  world_.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/pod-token";
  world_.files["/pod-token"] = "of the pod\n";
  Find();
  EXPECT_EQ(FieldOf(world_.asked.at(0).fields, "authorization"), "of the pod");
  world_.files["/pod-token"] = "of the other pod";
  Find();
  EXPECT_EQ(FieldOf(world_.asked.at(0).fields, "authorization"), "of the other pod")
      << "it is read each time";
  world_.files.erase("/pod-token");
  EXPECT_EQ(Find(), "error: the container's credentials: no such file");
  world_.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://credentials.example/";
  EXPECT_EQ(Find(),
            "error: AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of this "
            "machine");
  EXPECT_TRUE(world_.asked.empty());
  world_.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "@credentials.example/";
  EXPECT_EQ(Find(), "error: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI begins with no slash");
  EXPECT_TRUE(world_.asked.empty());
}

TEST(AwsContainer, WhereItsTokenMayGo) {
  for (const char* url :
       {"https://credentials.example/", "http://localhost:1/", "http://127.0.0.1/",
        "http://127.255.0.9:80/a", "http://[::1]:1/", "http://169.254.170.2/",
        "http://169.254.170.23/", "http://[fd00:ec2::23]/"}) {
    EXPECT_TRUE(IsContainerUrl(url)) << url;
  }
  for (const char* url :
       {"", "http://credentials.example/", "http://127.example.com/", "http://127.0.0.1.example/",
        "http://169.254.170.3/", "http://169.254.169.254/", "http://10.0.0.1/", "http://[::2]/",
        "http://u@127.0.0.1/", "ftp://127.0.0.1/", "http://localhost.example/", "http://127.1/"}) {
    EXPECT_FALSE(IsContainerUrl(url)) << url;
  }
}

// ---- Roles ----

TEST_F(AwsCredentialsTest, AWorkloadsTokenIsChangedForARole) {
  SetUpWebIdentity();
  world_.variables["AWS_REGION"] = "eu-west-1";
  world_.Answer("POST https://sts.eu-west-1.amazonaws.com/", 200,
                StsXml("AssumeRoleWithWebIdentity", "AKWEB"));
  const auto found = FindAll();
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_EQ(found->value.keys.session_token, "token of AKWEB");
  EXPECT_EQ(found->ends, ParseIsoTime("2026-11-29T13:00:00Z"));
  ASSERT_EQ(world_.asked.size(), 1U);
  EXPECT_EQ(world_.asked[0].body,
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3A"
            "role%2Fweb&RoleSessionName=whittle&WebIdentityToken=ey.J.x");
  EXPECT_EQ(FieldOf(world_.asked[0].fields, "authorization"), "") << "the token is what counts";
  world_.variables["AWS_ROLE_SESSION_NAME"] = "pod-7";
  Find();
  EXPECT_TRUE(world_.asked.at(0).body.contains("&RoleSessionName=pod-7&"));
}

TEST_F(AwsCredentialsTest, WhatStsSaysInsteadOfARole) {
  SetUpWebIdentity();
  world_.variables["AWS_ENDPOINT_URL_STS"] = "http://sts:1/";
  world_.Answer("POST http://sts:1/", 400,
                "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredTokenException</Code>"
                "<Message>Token expired</Message></Error></ErrorResponse>");
  world_.Answer("POST http://sts:1/", 200, "<a/>");
  EXPECT_EQ(Find(),
            "error: role arn:aws:iam::1:role/web: STS answers 400 ExpiredTokenException: Token "
            "expired");
  EXPECT_EQ(Find(), "error: role arn:aws:iam::1:role/web: an access key without its other half");
  world_.variables["AWS_ENDPOINT_URL_STS"] = "sts";
  EXPECT_TRUE(Find().starts_with("error: 'sts' is no endpoint"));
  world_.variables.erase("AWS_ENDPOINT_URL_STS");
  world_.variables["AWS_REGION"] = "evil.example/";
  EXPECT_EQ(Find(), "error: 'evil.example/' is no region");
}

// ---- The shared files ----

TEST(AwsProfiles, AreReadAsAwsWritesThem) {
  Profiles profiles;
  ReadProfiles(
      "a = before any section\n[default]\nregion=eu-west-1 ; here\n# a comment\n;another\n"
      "AWS_Access_Key_Id = AK=1#2 \n\n[profile  shop ]\nregion = eu-west-2\ns3 =\n"
      "  region = nested\nno key\n[sso-session x]\nregion = eu-west-9\n[profile]\nregion = 0\n"
      "[profileshop]\nregion = 1\n[shop]\nregion = 2\n[broken\nregion = 3\r\n",
      true, profiles);
  ASSERT_EQ(profiles.size(), 2U);
  EXPECT_EQ(profiles["default"]["region"], "eu-west-1");
  EXPECT_EQ(profiles["default"]["aws_access_key_id"], "AK=1#2");
  EXPECT_EQ(profiles["shop"]["region"], "eu-west-2");
  ReadProfiles("[shop]\r\nregion = other\r\naws_access_key_id = AK\r\n", false, profiles);
  EXPECT_EQ(profiles["shop"]["region"], "eu-west-2") << "what is there stays";
  EXPECT_EQ(profiles["shop"]["aws_access_key_id"], "AK");
  ReadProfiles("[shop]\nb = 1\nb = 2", false, profiles);
  EXPECT_EQ(profiles["shop"]["b"], "2") << "within a file the last one counts";
}

TEST_F(AwsCredentialsTest, TheProfileThatIsNamed) {
  SetUpProfile();
  world_.files["/home/w/.aws/config"] =
      "[profile shop]\naws_access_key_id = AKSHOP\naws_secret_access_key = a-great-secret\n"
      "aws_session_token = t\n[profile empty]\nregion = x\n";
  world_.variables["AWS_DEFAULT_PROFILE"] = "shop";
  EXPECT_EQ(Find(), "AKSHOP of profile shop");
  EXPECT_EQ(FindAll()->value.keys.session_token, "t");
  world_.variables["AWS_PROFILE"] = "default";
  EXPECT_EQ(Find(), "AKFILE of profile default");
  world_.variables["AWS_PROFILE"] = "empty";
  EXPECT_EQ(Find(), "error: profile empty is not in the shared files, or has no keys");
  world_.variables.erase("HOME");
  world_.variables["AWS_SHARED_CREDENTIALS_FILE"] = "/c";
  world_.files["/c"] = "[empty]\naws_access_key_id=AKC\naws_secret_access_key=a-great-secret";
  world_.variables["AWS_CONFIG_FILE"] = "/d";
  world_.files["/d"] = "[profile empty]\naws_access_key_id=AKD";
  EXPECT_EQ(Find(), "AKC of profile empty");
}

TEST_F(AwsCredentialsTest, ARoleIsAskedForWithItsSource) {
  world_.variables["AWS_PROFILE"] = "shop";
  world_.files["/home/w/.aws/config"] =
      "[profile shop]\nrole_arn = arn:aws:iam::1:role/shop\nsource_profile = base\nregion = "
      "eu-west-1\nexternal_id = e&1\nrole_session_name = s\n"
      "[profile base]\naws_access_key_id = AKBASE\naws_secret_access_key = a-great-secret\n"
      "aws_session_token = base-token\n";
  world_.Answer("POST https://sts.eu-west-1.amazonaws.com/", 200, StsXml("AssumeRole", "AKROLE"));
  EXPECT_EQ(Find(), "AKROLE of role arn:aws:iam::1:role/shop");
  ASSERT_EQ(world_.asked.size(), 1U);
  const HttpRequest& request = world_.asked[0];
  EXPECT_EQ(request.body,
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fshop&"
            "RoleSessionName=s&ExternalId=e%261");
  HttpRequest again{
      .method = "POST", .url = request.url, .fields = {request.fields.at(0)}, .body = request.body};
  Sign(again, {.id = "AKBASE", .secret = std::string(kSecret), .session_token = "base-token"},
       {.region = "eu-west-1", .service = "sts"}, world_.now);
  EXPECT_EQ(again.fields, request.fields);
  EXPECT_EQ(FindAll()->value.region, "eu-west-1");
}

TEST_F(AwsCredentialsTest, ARolesOtherSources) {
  world_.variables["AWS_PROFILE"] = "shop";
  const auto source = [&](const std::string& lines) {
    world_.files["/home/w/.aws/config"] =
        "[profile shop]\nrole_arn = arn:aws:iam::1:role/shop\n" + lines;
  };
  world_.Answer("POST https://sts.amazonaws.com/", 200, StsXml("AssumeRole", "AKROLE"));
  const auto signer = [&] {
    return std::string(SignerOf(FieldOf(world_.asked.back().fields, "authorization")));
  };
  source("credential_source = Ec2InstanceMetadata\n");
  SetUpInstance();
  EXPECT_EQ(Find(), "AKROLE of role arn:aws:iam::1:role/shop");
  EXPECT_EQ(signer(), "AKIMDS");
  source("credential_source = EcsContainer\n");
  SetUpContainer();
  Find();
  EXPECT_EQ(signer(), "AKECS");
  source("source_profile = shop\naws_access_key_id = AKOWN\naws_secret_access_key = x\n");
  Find();
  EXPECT_EQ(signer(), "AKOWN");
  source("web_identity_token_file = /token\n");
  world_.files["/token"] = "t";
  Find();
  EXPECT_TRUE(world_.asked.back().body.contains("WebIdentityToken=t"));
  source("credential_source = Environment\n");
  EXPECT_EQ(Find(), "error: profile shop: its source has no credentials");
  of_process_ = {{"AWS_ACCESS_KEY_ID", "AKENV"}, {"AWS_SECRET_ACCESS_KEY", "x"}};
  EXPECT_EQ(Find(), "AKROLE of role arn:aws:iam::1:role/shop")
      << "a source with a profile sees no key of the process, and this profile names them";
  EXPECT_EQ(signer(), "AKENV");
  source("credential_source = Elsewhere\n");
  EXPECT_EQ(Find(), "error: profile shop has a role and nothing to ask for it with");
  source("source_profile = nobody\n");
  EXPECT_EQ(Find(), "error: profile shop: its source has no credentials");
  source("source_profile = shop\nmfa_serial = 1\n");
  EXPECT_EQ(Find(), "error: profile shop asks for a code that only a person has");
}

TEST_F(AwsCredentialsTest, RolesInACircleEnd) {
  world_.variables["AWS_PROFILE"] = "a";
  world_.files["/home/w/.aws/config"] =
      "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = "
      "a\n";
  EXPECT_EQ(Find(), "error: profile a: its source has no credentials")
      << "the fifth role, whose source would be a sixth";
  EXPECT_TRUE(world_.asked.empty());
}

TEST_F(AwsCredentialsTest, WhatOnlyAPersonOrAProgramHasIsRefused) {
  for (const char* line :
       {"credential_process = /bin/x\n", "sso_session = s\n", "sso_start_url = u\n"}) {
    world_.files["/home/w/.aws/config"] = std::string("[default]\n") + line;
    EXPECT_TRUE(
        Find().starts_with("error: profile default has its credentials from a program or "
                           "a browser"))
        << line;
  }
}

}  // namespace
}  // namespace whittle::source::aws
