// `whittle doctor` against a bucket that is well or not: which credentials, and what it does not
// say.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "source/times.h"
#include "tests/e2e/doctor.h"
#include "tests/support/origin.h"

namespace whittle::test {
namespace {

using std::string;
using Environment = std::vector<string>;

/// S3 that answers every request in the same way.
class Bucket {
 public:
  Bucket(string status, string code, std::chrono::seconds ahead = {})
      : origin_([status = std::move(status), code = std::move(code), ahead](const auto&, auto& c) {
          c.Answer(status, "<Error><Code>" + code + "</Code></Error>",
                   "Date: " + source::HttpTime(std::chrono::system_clock::now() + ahead) + "\r\n");
        }) {}
  Environment Variables() const {
    return {"WHITTLE_SOURCE=s3://shop/media", "AWS_ENDPOINT_URL=" + origin_.Url(""),
            "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=AKIAEXAMPLE",
            "AWS_SECRET_ACCESS_KEY=tell-nobody"};
  }

 private:
  Origin origin_;
};

TEST(DoctorBucket, A404ShowsThatAllIsWell) {
  const Doctor doctor = Ask(Bucket("404 Not Found", "NoSuchKey").Variables());
  EXPECT_EQ(doctor.code, 0) << doctor.out;
  EXPECT_TRUE(doctor.Found("source").starts_with("s3://shop/media: 404 for a key that is not"))
      << doctor.out;
  EXPECT_EQ(doctor.Found("credentials"), "key AKIAEXAMPLE of the environment");
  EXPECT_EQ(doctor.Status("clock"), "ok");
  EXPECT_FALSE(doctor.out.contains("tell-nobody"));
}

TEST(DoctorBucket, RefusedCredentialsAreNamed) {
  const Doctor doctor = Ask(Bucket("403 Forbidden", "SignatureDoesNotMatch").Variables());
  EXPECT_EQ(doctor.code, 1) << doctor.out;
  EXPECT_EQ(doctor.Status("source"), "fail");
  EXPECT_EQ(doctor.Found("credentials"),
            "key AKIAEXAMPLE of the environment: the store refuses it");
  EXPECT_FALSE(doctor.out.contains("tell-nobody"));
}

TEST(DoctorBucket, OneThatMayNotBeListedIsAWarning) {
  const Bucket bucket("403 Forbidden", "AccessDenied");
  const Doctor doctor = Ask(bucket.Variables());
  EXPECT_EQ(doctor.code, 0) << doctor.out;
  EXPECT_EQ(doctor.Status("source"), "warn");
  EXPECT_EQ(Ask(bucket.Variables(), {"--key", "a.jpg"}).Status("source"), "fail");
}

TEST(DoctorBucket, WithoutCredentialsNothingIsAsked) {
  const Bucket bucket("404 Not Found", "NoSuchKey");
  Environment variables = bucket.Variables();
  variables.resize(3);
  variables.insert(variables.end(), {"AWS_EC2_METADATA_DISABLED=true", "HOME=/nonexistent"});
  const Doctor doctor = Ask(std::move(variables));
  EXPECT_EQ(doctor.code, 1);
  EXPECT_EQ(doctor.Status("source"), "fail") << doctor.out;
  EXPECT_EQ(doctor.Status("credentials"), "fail") << doctor.out;
  EXPECT_EQ(doctor.Status("clock"), "(none)") << doctor.out;
}

TEST(DoctorBucket, AClockThatIsWrongBreaksSignatures) {
  const Doctor doctor =
      Ask(Bucket("404 Not Found", "NoSuchKey", std::chrono::minutes(20)).Variables());
  EXPECT_EQ(doctor.code, 1) << doctor.out;
  EXPECT_EQ(doctor.Status("source"), "ok");
  EXPECT_EQ(doctor.Status("clock"), "fail");
}

}  // namespace
}  // namespace whittle::test
