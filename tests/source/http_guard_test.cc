// Whom the client connects to: the guard, proxies, certificates, names.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>

#include "tests/source/http_fixture.h"
#include "tests/support/corpus.h"
#include "tests/support/door.h"

namespace whittle::source {
namespace {

// ---- The guard ----------------------------------------------------------------------------------

// 127.0.0.2 stands for the Internet, and 127.0.0.1 for the private network.
class GuardedClientTest : public HttpClientTest {
 protected:
  static bool IsInternet(const Address& address) { return address.ToText() == "127.0.0.2"; }
  static Addresses At(std::string_view a) { return {*Address::Parse(a)}; }

  HttpClient::Options Guarded(Lookup lookup) {
    HttpClient::Options options;
    options.transfer.may_connect = &IsInternet;
    options.resolver.lookup = std::move(lookup);
    options.resolver.keep = std::chrono::seconds(0);
    return options;
  }
  HttpResult Get(HttpClient& client, const std::string& url) {
    return loop_.Run(client.Get({.url = url}, Terms(), {}));
  }
  std::string UrlOf(std::string_view host, std::string_view path = "/") {
    return private_.Url(path, host);
  }

  static void Serve(const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK", "secret"); }
  Origin private_{&Serve};
  Origin internet_{&Serve, nullptr, "127.0.0.2", private_.port()};
};

TEST_F(GuardedClientTest, OnlyAddressesThatMayBeConnectedToAre) {
  HttpClient client(Guarded([](const std::string& name) -> Expected<Addresses> {
    if (name == "public") return At("127.0.0.2");
    if (name == "private") return At("127.0.0.1");
    if (name == "six") return At("::ffff:127.0.0.1");
    if (name == "both") return Addresses{At("127.0.0.2")[0], At("127.0.0.1")[0]};
    return Fail(ErrorKind::kUpstream, "no such name");
  }));
  EXPECT_TRUE(Get(client, UrlOf("public")));
  EXPECT_TRUE(Get(client, UrlOf("127.0.0.2")));
  for (const char* host : {"private", "six", "both", "127.0.0.1", "127.1", "2130706433",
                           "[::ffff:127.0.0.1]", "[::1]"}) {
    const auto result = Get(client, UrlOf(host));
    EXPECT_EQ(Wrong(result), "Forbidden in resolve") << host;
    EXPECT_FALSE(result.error().error.text.contains("127.")) << "the answer names no address";
  }
  EXPECT_EQ(Wrong(Get(client, UrlOf("none"))), "Upstream in resolve");
  EXPECT_EQ(private_.connections(), 0);
}

TEST_F(GuardedClientTest, ANameThatIsReboundLeadsNowhere) {
  std::atomic<int> lookups = 0;
  HttpClient client(
      Guarded([&](const std::string&) { return At(++lookups == 1 ? "127.0.0.2" : "127.0.0.1"); }));
  EXPECT_TRUE(Get(client, UrlOf("rebinds")));
  EXPECT_EQ(lookups, 1) << "nothing looks it up again to connect";
  EXPECT_EQ(Wrong(Get(client, UrlOf("rebinds"))), "Forbidden in resolve");
  EXPECT_EQ(private_.connections(), 0);
}

// Whatever happens between the look at a name and the connection to it.
TEST_F(GuardedClientTest, TheSocketIsJudgedAgain) {
  auto options = Guarded([](const std::string&) { return At("127.0.0.1"); });
  std::atomic<int> judged = 0;
  options.transfer.may_connect = [&](const Address&) { return ++judged == 1; };
  HttpClient client(options);
  const auto result = Get(client, UrlOf("sly"));
  EXPECT_EQ(Wrong(result), "Forbidden in connect");
  EXPECT_EQ(judged, 2);
  EXPECT_EQ(private_.connections(), 0);
}

TEST_F(GuardedClientTest, ByDefaultThePublicIsWhatIsPublic) {
  auto options = Guarded([](const std::string&) { return At("127.0.0.2"); });
  options.transfer.may_connect = &IsPublic;
  HttpClient client(options);
  for (const char* host :
       {"127.0.0.1", "127.0.0.2", "name", "10.0.0.1", "169.254.169.254", "[fd00::1]"}) {
    EXPECT_EQ(Wrong(Get(client, UrlOf(host))), "Forbidden in resolve") << host;
  }
  EXPECT_EQ(private_.connections() + internet_.connections(), 0);
}

TEST_F(GuardedClientTest, NoProxyIsTakenFromTheEnvironment) {
  Origin proxy(&Serve);
  setenv("http_proxy", proxy.Url("").c_str(), 1);
  setenv("all_proxy", proxy.Url("").c_str(), 1);
  HttpClient guarded(Guarded([](const std::string&) { return At("127.0.0.2"); }));
  EXPECT_TRUE(Get(guarded, UrlOf("name")));
  EXPECT_TRUE(HttpClientTest::Get(UrlOf("127.0.0.1")));
  auto options = Guarded([](const std::string&) { return At("127.0.0.2"); });
  options.transfer.proxy = proxy.Url("");
  HttpClient with_proxy(options);
  EXPECT_TRUE(Get(with_proxy, UrlOf("name"))) << "which would undo the guard";
  EXPECT_EQ(proxy.connections(), 0);
  unsetenv("http_proxy");
  unsetenv("all_proxy");
}

TEST_F(HttpClientTest, AProxyThatIsSetIsUsed) {
  std::string target;
  Origin proxy([&](const Origin::Request& request, Origin::Connection& c) {
    target = request.target;
    c.Answer("200 OK", "by proxy");
  });
  HttpClient::Options options;
  options.transfer.proxy = proxy.Url("");
  options.resolver.lookup = [](const std::string&) -> Expected<Addresses> {
    return Fail(ErrorKind::kUpstream, "the proxy's business");
  };
  HttpClient client(options);
  const auto answer = loop_.Run(client.Get({.url = "http://elsewhere.example/a"}, Terms(), {}));
  ASSERT_TRUE(answer) << answer.error().error.detail;
  EXPECT_EQ(AsText(answer->body.view()), "by proxy");
  EXPECT_EQ(target, "http://elsewhere.example/a");
}

// What gives a machine its credentials is asked by the machine itself.
TEST(Proxy, IsForPublicPlacesAndTheOperatorsOwn) {
  HttpTransferOptions options{.proxy = "http://proxy:3128"};
  const auto goes = [&](const char* url) { return GoesByProxy(options, *Url::Parse(url)); };
  for (const char* url :
       {"http://images.example.com/", "https://8.8.8.8/", "https://[2a00::1]/", "http://internal/",
        "http://10.0.0.1/", "http://127.0.0.1/", "http://169.254.169.254/", "http://169.254.170.2/",
        "http://[fd00:ec2::254]/", "http://metadata.google.internal/"}) {
    const bool is_public =
        std::string_view(url).contains("example") || std::string_view(url).starts_with("https");
    EXPECT_EQ(goes(url), is_public) << url;
  }
  options.may_connect = &IsPublic;
  EXPECT_FALSE(goes("https://8.8.8.8/"));
  options = {};
  EXPECT_FALSE(goes("https://8.8.8.8/"));
}

// ---- TLS ----------------------------------------------------------------------------------------

TEST_F(HttpClientTest, CertificatesAreChecked) {
  const auto certificate = test::TestCertificate::Make();
  Origin origin([](const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK", "x"); },
                &certificate);
  EXPECT_EQ(Wrong(Get(origin.Url("/"))), "Upstream in tls") << "an authority that nobody knows";
  EXPECT_FALSE(Get(origin.Url("/")).error().untouched) << "trying again does not mend it";
  const test::TempDir dir;
  test::WriteFile(dir.path() / "ca.pem", AsBytes(certificate.certificate));
  HttpClient::Options options;
  options.transfer.ca_file = dir.path() / "ca.pem";
  options.resolver.lookup = [](const std::string&) {
    return Addresses{*Address::Parse("127.0.0.1")};
  };
  HttpClient client(options);
  const auto get = [&](const std::string& host) {
    return loop_.Run(client.Get({.url = origin.Url("/", host)}, Terms(), {}));
  };
  EXPECT_EQ(Wrong(get("127.0.0.1")), "answered 200");
  EXPECT_EQ(Wrong(get("localhost")), "answered 200");
  EXPECT_EQ(Wrong(get("other.example")), "Upstream in tls") << "a certificate of somebody else";
  EXPECT_EQ(origin.requests(), 2);
}

// ---- Names --------------------------------------------------------------------------------------

TEST_F(HttpClientTest, ALookupThatHangsHoldsNothingUp) {
  const auto door = std::make_shared<test::Door>();
  HttpClient::Options options;
  options.resolver.limit = milliseconds(20);
  options.resolver.lookup = [door](const std::string&) {
    door->Enter();
    return Addresses{*Address::Parse("127.0.0.1")};
  };
  Origin origin([](const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK", "x"); });
  {
    HttpClient client(options);
    EXPECT_EQ(Wrong(loop_.Run(client.Get({.url = origin.Url("/", "name")}, Terms(), {}))),
              "UpstreamTimeout in resolve");
    EXPECT_TRUE(loop_.Run(client.Get({.url = origin.Url("/")}, Terms(), {})));
  }
  door->Open();
}

}  // namespace
}  // namespace whittle::source
