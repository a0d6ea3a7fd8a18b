// The checks of `whittle doctor` that look at the server's settings and its machine: each at what
// it lets pass, and one beside it.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <thread>

#include "http/signature.h"
#include "tests/app/doctor.h"
#include "tests/support/corpus.h"
#include "tests/support/origin.h"

namespace whittle::app::doctor {
namespace {

using std::string;

TEST(DoctorMemory, ABudgetAboveTheLimitFailsAndOneCloseToItWarns) {
  Bench bench = Healthy();
  bench.machine.memory = 1000 * kMiB;
  const auto with = [&](std::uint64_t budget) {
    bench.settings.service.memory_budget = budget;
    return Says("memory", bench);
  };
  EXPECT_SAYS(with(0), "ok: memory_budget is 600 MiB of the 1000 MiB");
  EXPECT_SAYS(with(bench.machine.memory / 100 * 80), "ok");
  EXPECT_SAYS(with(bench.machine.memory / 100 * 80 + 1), "warn");
  EXPECT_SAYS(with(bench.machine.memory), "warn");
  EXPECT_SAYS(with(bench.machine.memory + 1), "fail");
}

TEST(DoctorMemory, WorkersThatShareTooLittleWaitForEachOther) {
  Bench bench = Healthy();
  bench.settings.service.workers = 4;
  bench.settings.service.memory_budget = 256 * kMiB;
  EXPECT_SAYS(Says("memory", bench), "ok");
  bench.settings.service.memory_budget -= 4;
  EXPECT_SAYS(Says("memory", bench), "warn");
  bench.settings.service.workers = 3;
  EXPECT_SAYS(Says("memory", bench), "ok");
}

TEST(DoctorCpus, MoreWorkersThanCpusWarn) {
  Bench bench = Healthy();
  bench.machine.affinity = 8;
  EXPECT_EQ(Says("cpus", bench), "ok: 8 workers for 8 CPUs (affinity)");
  bench.machine.quota = 2;
  EXPECT_EQ(Says("cpus", bench), "ok: 2 workers for 2 CPUs (cpu.max of the cgroup)");
  bench.settings.service.workers = 2;
  EXPECT_SAYS(Says("cpus", bench), "ok");
  bench.settings.service.workers = 3;
  EXPECT_SAYS(Says("cpus", bench),
              "warn: 3 workers for 2 CPUs (cpu.max of the cgroup): the kernel stops");
  bench.machine.quota = 8;
  bench.settings.service.workers = 9;
  EXPECT_SAYS(Says("cpus", bench), "warn: 9 workers for 8 CPUs (affinity): they take turns");
}

TEST(DoctorDescriptors, AreHeldAgainstConnections) {
  Bench bench = Healthy();
  bench.settings.http.max_connections = 1000;
  const auto with = [&](std::uint64_t descriptors) {
    bench.machine.descriptors = descriptors;
    return Says("descriptors", bench);
  };
  EXPECT_EQ(with(~std::uint64_t{0}), "ok: enough for 1000 connections");
  EXPECT_EQ(with(1256), "ok: enough for 1000 connections");
  EXPECT_SAYS(with(1255), "warn: 1255 (ulimit -Hn) are enough for 999 of 1000 connections; raise");
  EXPECT_SAYS(with(127), "warn: 127 (ulimit -Hn) are enough for 64 of");
  EXPECT_SAYS(with(126), "fail: 126 (ulimit -Hn) are enough for 63 of");
}

TEST(DoctorDescriptors, SayWhenMemoryAllowsFewerConnections) {
  Bench bench = Healthy();
  bench.machine.memory = 100 * kMiB;
  EXPECT_EQ(Says("descriptors", bench),
            "ok: enough for 590 connections, which is what memory allows of the 16384 of "
            "max_connections");
}

TEST(DoctorLibraries, AnOldLibheifIsForAProcessOfItsOwn) {
  Bench bench = Healthy();
  const auto with = [&](const char* version, DecodeIn where) {
    bench.machine.libraries = {"whittle 0.3.0", version};
    bench.settings.image.heif = where;
    return Says("libraries", bench);
  };
  EXPECT_EQ(with("libheif 1.15.1", DecodeIn::kProcess), "ok: whittle 0.3.0, libheif 1.15.1");
  EXPECT_SAYS(with("libheif 1.16.2", DecodeIn::kThread), "warn: libheif 1.16.2 decodes HEIC on");
  EXPECT_SAYS(with("libheif 0.20.0", DecodeIn::kThread), "warn");
  EXPECT_SAYS(with("libheif 1.17.0", DecodeIn::kThread), "ok");
  EXPECT_SAYS(with("libheif 2.1.0", DecodeIn::kThread), "ok");
  EXPECT_SAYS(with("libheif 1.16.2", DecodeIn::kNothing), "ok");
  EXPECT_SAYS(with("libjxl 0.7.0", DecodeIn::kThread), "ok");
}

TEST(DoctorLibraries, FormatsThatAreNotInThisBuildAreNotOffered) {
  Bench bench = Healthy();
  bench.settings.image.auto_format = {Format::kJpeg, Format::kWebp};
  bench.machine.writable = {};
  bench.machine.writable.Add(Format::kJpeg);
  EXPECT_SAYS(Says("libraries", bench), "warn: auto_format names formats");
  bench.machine.writable.Add(Format::kWebp);
  EXPECT_SAYS(Says("libraries", bench), "ok");
}

TEST(DoctorHeif, TellsWhereItIsDecodedAndWhatConfinesThat) {
  Bench bench = Healthy();
  EXPECT_SAYS(Says("heif", bench), "ok: decoded by processes that seccomp and namespaces");
  bench.machine.try_heif = [](const Settings&) -> Expected<Fences> {
    return Fences{.own_namespaces = false};
  };
  EXPECT_SAYS(Says("heif", bench), "ok: decoded by processes that seccomp confines; this host");
  bench.machine.try_heif = [](const Settings&) -> Expected<Fences> {
    return FailSaying(ErrorKind::kInternal, "nothing starts");
  };
  EXPECT_SAYS(Says("heif", bench), "fail: nothing starts; let this container");
  bench.machine.try_heif = [](const Settings&) -> Expected<Fences> {
    return FailSaying(ErrorKind::kUnsupported, "this build has no HEIF");
  };
  EXPECT_SAYS(Says("heif", bench), "ok: this build has no HEIF");
  bench.machine.try_heif = nullptr;  // nobody asks
  bench.settings.image.heif = DecodeIn::kThread;
  EXPECT_SAYS(Says("heif", bench), "ok: decoded by the server's own threads");
  bench.settings.image.heif = DecodeIn::kNothing;
  EXPECT_SAYS(Says("heif", bench), "ok: off");
}

TEST(DoctorSvg, TellsWhatTheHostKeepsItFromHaving) {
  Bench bench = Healthy();
  bench.settings.image.svg = true;
  EXPECT_SAYS(Says("svg", bench), "ok: drawn");
  bench.machine.try_svg = [](const Settings&) -> Expected<Fences> {
    return Fences{.warning = "no Landlock"};
  };
  EXPECT_SAYS(Says("svg", bench), "warn: no Landlock; allow it");
  bench.machine.try_svg = [](const Settings&) -> Expected<Fences> {
    return FailSaying(ErrorKind::kBadRequest, "no librsvg");
  };
  EXPECT_SAYS(Says("svg", bench), "fail: no librsvg; install it");
  bench.machine.try_svg = nullptr;
  bench.settings.image.svg = false;
  EXPECT_SAYS(Says("svg", bench), "ok: off");
}

TEST(DoctorUser, RootAndASocketForEverybodyWarn) {
  Bench bench = Healthy();
  EXPECT_EQ(Says("user", bench), "ok: runs as user 1000");
  bench.settings.http.unix_mode = 0666;  // of no socket
  EXPECT_SAYS(Says("user", bench), "ok");
  bench.settings.http.address = "unix:/run/whittle.sock";
  EXPECT_SAYS(Says("user", bench), "warn: unix_mode=666: every user");
  bench.settings.http.unix_mode = 0664;  // who may only read cannot connect
  EXPECT_SAYS(Says("user", bench), "ok");
  bench.machine.user = 0;
  EXPECT_SAYS(Says("user", bench), "warn: this runs as root");
}

TEST(DoctorMetrics, OnAnAddressOfTheInternetWarn) {
  Bench bench = Healthy();
  bench.machine.addresses = {*source::Address::Parse("127.0.0.1"),
                             *source::Address::Parse("10.1.2.3"),
                             *source::Address::Parse("fe80::1")};
  const auto at = [&](const char* address) {
    bench.settings.http.address = address;
    return Says("metrics", bench);
  };
  EXPECT_SAYS(at("0.0.0.0"), "ok: at /metrics, and on no");
  EXPECT_SAYS(at("::"), "ok");
  EXPECT_SAYS(at("8.8.4.4"), "warn: /metrics tells everybody at 8.8.4.4");
  EXPECT_SAYS(at("unix:/run/whittle.sock"), "ok");
  bench.machine.addresses.push_back(*source::Address::Parse("2a00:1450:4001:80b::200e"));
  EXPECT_SAYS(at("0.0.0.0"), "ok");  // which is not listened on then
  EXPECT_SAYS(at("::"), "warn: /metrics tells everybody at 2a00:1450");
  bench.machine.addresses.push_back(*source::Address::Parse("8.8.4.4"));
  EXPECT_SAYS(at("0.0.0.0"), "warn: /metrics tells everybody at 8.8.4.4");
  EXPECT_SAYS(at("10.1.2.3"), "ok");
  bench.settings.observe.metrics = false;
  EXPECT_SAYS(at("0.0.0.0"), "ok: off");
}

TEST(DoctorDeadlines, WorkForNobodyWarns) {
  Bench bench = Healthy();
  EXPECT_SAYS(Says("deadlines", bench), "ok: an answer may take 27 s");
  bench.settings.service.queue_wait = 5s;
  EXPECT_SAYS(Says("deadlines", bench), "ok: an answer may take 30 s");
  bench.settings.service.queue_wait = 5001ms;
  EXPECT_SAYS(Says("deadlines", bench), "warn");
  bench.settings.service.queue_wait = 0s;
  bench.settings.service.decode_deadline = 6667ms;
  EXPECT_SAYS(Says("deadlines", bench), "warn");
}

TEST(DoctorUrls, RulesThatAllowEveryHostWarn) {
  Bench bench = Healthy();
  const auto with = [&](const char* rules) {
    bench.settings.source.allow_urls = rules;
    return Says("urls", bench);
  };
  EXPECT_EQ(with(""), "ok: URLs of strangers are not fetched");
  EXPECT_SAYS(with("*"), "warn: allow_urls lets anybody have any public host fetched, also unenc");
  EXPECT_SAYS(with("https://*"),
              "warn: allow_urls lets anybody have any public host fetched; list");
  EXPECT_SAYS(with("a.example re:.*"), "warn: allow_urls lets anybody");
  EXPECT_SAYS(with("re:https?://[^/]+/.*"), "warn: allow_urls lets anybody");
  EXPECT_EQ(with(".example.com, https://cdn.example.org/media"),
            "ok: allow_urls: .example.com, https://cdn.example.org/media");
  EXPECT_SAYS(with(".net"), "ok");  // many hosts, but those are meant
  EXPECT_SAYS(with("re:("), "fail");
}

TEST(DoctorUrls, APatternWhoseDotTakesSlashesWarns) {
  Bench bench = Healthy();
  const auto with = [&](const char* rules) {
    bench.settings.source.allow_urls = rules;
    return Says("urls", bench);
  };
  EXPECT_SAYS(with(R"(re:https://.*\.example\.com/.*)"),
              R"(warn: allow_urls: in re:https://.*\x5c.example\x5c.com/.* the host may be any)");
  EXPECT_SAYS(with(R"(a.example re:https://.+\.example\.com/.*)"), "warn");
  EXPECT_SAYS(with(R"(re:https://a[.]b/ re:https://x.*y\.com/)"), "warn");
  EXPECT_SAYS(with(R"(re:https://[^.]*\.example\.com/.*)"), "warn");
  EXPECT_SAYS(with(R"(re:.*\.example\.com/a)"), "warn");
  EXPECT_SAYS(with(R"(re:https://[^/]*.*\.example\.com/)"), "warn");
  EXPECT_SAYS(with(R"(re:https://.{1,9}\.example\.com/)"), "warn");
  EXPECT_SAYS(with(R"(re:https:\/\/cdn\.example\.com\/.*)"), "ok");
  EXPECT_SAYS(with(R"(re:https://a.b[.*]c/.*)"), "ok");
  EXPECT_SAYS(with(R"(re:https://[^/]*\.example\.com/.*)"), "ok");
  EXPECT_SAYS(with(R"(re:https://cdn[0-9]+\.example\.com/.*)"), "ok");
  EXPECT_SAYS(with(R"(re:https://a\.*b\.example\.com/.*)"), "ok");
}

MountTable Mount(string prefix, string source, std::vector<string> keys) {
  MountTable mount;
  mount.prefix = std::move(prefix);
  mount.source = std::move(source);
  for (const string& key : keys) mount.secrets.push_back(*http::ParseSigningKey(key));
  return mount;
}
constexpr const char* kRandom = "8f1c0a77d3b2496ea5514fe0c86d239b";

TEST(DoctorUrls, SignedOnesAreTheMountsAffair) {
  Bench bench = Healthy();
  bench.settings.mounts = {Mount("", "", {kRandom})};
  EXPECT_EQ(Says("urls", bench), "ok: URLs of strangers are fetched where they are signed");
}

TEST(DoctorSignatures, KeysThatCanBeGuessedWarn) {
  Bench bench = Healthy();
  EXPECT_SAYS(Says("signatures", bench), "ok: no mount wants signatures");
  const auto with = [&](const char* key) {
    bench.settings.mounts = {Mount("/a", "", {kRandom, key})};
    return Says("signatures", bench);
  };
  EXPECT_EQ(with(kRandom), "ok: 1 of 1 mounts want signatures");
  EXPECT_SAYS(with("00112233445566778899aabbccddeeff"), "warn: mount /a: a key of it can be");
  EXPECT_SAYS(with("00000000000000000000000000000000"), "warn");
  EXPECT_SAYS(with("0a0b0c0d0e0f10111213141516171819"), "warn: mount /a");
  EXPECT_SAYS(with("8f1c0a77d3b2496ea58f1c0a77d3b2496ea5"), "warn");    // 9 different bytes
  EXPECT_SAYS(with("8f1c0a77d3b2496ea5518f1c0a77d3b2496ea551"), "ok");  // 10
}

TEST(DoctorSignatures, AMountWithoutKeysGoesAroundOneWithSome) {
  Bench bench = Healthy();
  bench.settings.mounts = {Mount("/signed", "shop", {kRandom}), Mount("/open", "shop", {})};
  EXPECT_SAYS(Says("signatures", bench),
              "warn: mount /signed wants signatures, and mount /open gives the same pictures");
  bench.settings.mounts[1].source = "other";
  EXPECT_EQ(Says("signatures", bench), "ok: 1 of 2 mounts want signatures");
}

TEST(DoctorPort, IsFreeOrTakenByAnother) {
  Bench bench = Healthy();
  EXPECT_SAYS(Says("port", bench), "ok: the system picks");
  const test::Origin answers([](const auto&, auto& c) {
    c.Answer("200 OK", "<html>");
    c.Close();
  });
  bench.settings.http.port = answers.port();
  EXPECT_SAYS(Says("port", bench), "fail: another program listens at 127.0.0.1:");
  bench.settings.http.address = "0.0.0.0";
  EXPECT_SAYS(Says("port", bench), "fail: another program listens at 0.0.0.0:");
}

TEST(DoctorPort, IsTakenByOneOfUs) {
  Bench bench = Healthy();
  const test::Origin one([](const auto& request, auto& c) {
    c.Answer("200 OK", request.target == "/healthz" ? R"({"version":"whittle 9.8.7"})" : "");
    c.Close();
  });
  bench.settings.http.port = one.port();
  EXPECT_SAYS(Says("port", bench), "ok: whittle 9.8.7 answers at 127.0.0.1:");
  const test::Origin liar([](const auto&, auto& c) {
    c.Answer("200 OK", R"({"version":"nginx 1"})");
    c.Close();
  });
  bench.settings.http.port = liar.port();
  EXPECT_SAYS(Says("port", bench), "fail: another program");
}

TEST(DoctorPort, AnAddressOfAnotherMachineFails) {
  Bench bench = Healthy();
  bench.settings.http.address = "192.0.2.1";
  EXPECT_SAYS(Says("port", bench), "fail: 192.0.2.1:0: Cannot assign requested address; set an");
  bench.settings.http.port = 8081;
  EXPECT_SAYS(Says("port", bench), "fail: 192.0.2.1:8081: Cannot assign requested address; set an");
}

TEST(DoctorPort, AUnixSocketHasRoomOrNot) {
  const test::TempDir dir;
  const string path = dir.path() / "socket";
  Bench bench = Healthy();
  bench.settings.http.address = "unix:" + path;
  EXPECT_SAYS(Says("port", bench),
              "fail: this user may not make a socket in " + string(dir.path()));
  string asked;
  bench.machine.may_write = [&](const string& folder) {
    asked = folder;
    return true;
  };
  EXPECT_EQ(Says("port", bench), "ok: " + path + " is free");
  EXPECT_EQ(asked, dir.path());
  {
    boost::asio::io_context context;
    boost::asio::local::stream_protocol::acceptor other(context, {path});
    std::jthread answer([&] {
      for (int i = 0; i < 2; ++i) other.accept();  // a look, and the question; both are closed
    });
    EXPECT_SAYS(Says("port", bench), "fail: another program listens at " + path);
  }
  EXPECT_EQ(Says("port", bench), "ok: " + path + " is free");  // what is left listens to nobody
  std::filesystem::remove(path);
  test::WriteFile(path, {});
  EXPECT_SAYS(Says("port", bench), "fail: " + path + " is a file and no socket");
}

}  // namespace
}  // namespace whittle::app::doctor
