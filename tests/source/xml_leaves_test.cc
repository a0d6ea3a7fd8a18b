#include "source/xml_leaves.h"

#include <gtest/gtest.h>

namespace whittle::source {
namespace {

TEST(XmlLeaves, WhatElementsWithoutChildrenSay) {
  const XmlLeaves leaves(
      "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Error xmlns=\"http://x/\">"
      "<Code>No<![CDATA[Such]]>Key</Code>\n <Message>a &amp; b &#xe4;</Message><Empty/>"
      "<Inner>text<Code>second</Code>more</Inner></Error>");
  EXPECT_EQ(leaves["Code"], "NoSuchKey");
  EXPECT_EQ(leaves["Message"], "a & b ä");
  EXPECT_EQ(leaves["Empty"], "");
  EXPECT_EQ(leaves["Inner"], "");
  EXPECT_EQ(leaves["Error"], "");
  EXPECT_EQ(leaves["Nothing"], "");
  EXPECT_EQ(leaves.size(), 4U);
}

// The start of a body is all that is kept of it.
TEST(XmlLeaves, WhatWasWholeBeforeACutCounts) {
  const XmlLeaves leaves("<Error><Code>SlowDown</Code><Message>Please red");
  EXPECT_EQ(leaves["Code"], "SlowDown");
  EXPECT_EQ(leaves["Message"], "");
  EXPECT_EQ(XmlLeaves("<html><title>502</title><p>Bad<br></html>")["title"], "502");
  EXPECT_EQ(XmlLeaves("").size(), 0U);
  EXPECT_EQ(XmlLeaves("{\"error\": 1}").size(), 0U);
}

TEST(XmlLeaves, ADocumentTypeEndsTheReading) {
  EXPECT_EQ(XmlLeaves("<!DOCTYPE e [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>"
                      "<e><Code>&b;</Code></e>")
                .size(),
            0U);
}

TEST(XmlLeaves, AreLimited) {
  const auto many = [](std::size_t count) {
    std::string text = "<e>";
    for (std::size_t i = 0; i < count; ++i) text += "<a/>";
    return XmlLeaves(text + "<last>x</last></e>");
  };
  EXPECT_EQ(many(XmlLeaves::kMostLeaves - 1)["last"], "x");
  EXPECT_EQ(many(XmlLeaves::kMostLeaves)["last"], "");
  EXPECT_EQ(many(XmlLeaves::kMostLeaves).size(), XmlLeaves::kMostLeaves);

  const auto deep = [](int depth) {
    std::string text;
    for (int i = 1; i < depth; ++i) text += "<e>";
    return XmlLeaves(text + "<leaf>x</leaf>");
  };
  EXPECT_EQ(deep(XmlLeaves::kMostDepth)["leaf"], "x");
  EXPECT_EQ(deep(XmlLeaves::kMostDepth + 1)["leaf"], "");

  const auto behind = [](std::size_t bytes) {
    std::string text = "<e><!--";
    const std::string end = "--><leaf>x</leaf>";
    text.append(bytes - text.size() - end.size(), ' ');
    return XmlLeaves(text + end);
  };
  EXPECT_EQ(behind(XmlLeaves::kMostBytes)["leaf"], "x");
  EXPECT_EQ(behind(XmlLeaves::kMostBytes + 1)["leaf"], "");
}

}  // namespace
}  // namespace whittle::source
