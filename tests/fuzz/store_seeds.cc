#include <string_view>

#include "tests/fuzz/seeds.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  for (const std::string_view text :
       {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AuthorizationHeaderMalformed"
        "</Code><Message>the region &#39;us-east-1&#39; is "
        "wrong</Message><Region>eu-west-1</Region>"
        "<RequestId>1</RequestId></Error>",
        "\xEF\xBB\xBF<?xml version=\"1.0\"?><Error><Code>BlobNotFound</Code><Message>The blob\n"
        "RequestId:1</Message></Error>",
        "<!DOCTYPE e [<!ENTITY a \"b\">]><Error><Code>&a;</Code></Error>",
        R"({"Code":"Success","AccessKeyId":"AK","SecretAccessKey":"s","Token":"t",)"
        R"("Expiration":"2026-11-29T18:00:00.5+01:00"})",
        R"({"access_token":"ya29","expires_in":"3599"})",
        R"({"error":{"code":403,"message":"denied","status":"PERMISSION_DENIED"}})",
        R"({"error":"invalid_grant","error_description":"Invalid JWT"})",
        "[default]\nregion = eu-west-1 ; here\n[profile shop]\nrole_arn=r\ns3 =\n  a = b\n# c\n",
        "https://h:443/a%20b//c?b=2&a=1&&c%3d", "Sun, 06 Nov 1994 08:49:37 GMT", "120"}) {
    seeds.push_back(Bytes::CopyOf(AsBytes(text)));
  }
  return seeds;
}

}  // namespace whittle::test
