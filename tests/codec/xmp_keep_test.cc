// What XMP says of a source that a result is no longer: turned, as large, with a thumbnail.
#include "codec/metadata/xmp_keep.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/support/stop_late.h"

namespace whittle::codec {
namespace {

using namespace std::string_literals;

std::string Kept(std::string_view xmp, std::uint32_t width = 300, std::uint32_t height = 200) {
  return std::string(AsText(XmpToKeep(AsBytes(xmp), width, height).view()));
}

const std::string kNames =
    " xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\""
    " xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" xmlns:exif=\"http://ns.adobe.com/exif/1.0/\""
    " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"";

// `attributes` and `elements` of one rdf:Description.
std::string Packet(const std::string& attributes, const std::string& elements = {}) {
  const std::string description = "<rdf:Description rdf:about=\"\"" + attributes +
                                  (elements.empty() ? "/>" : ">" + elements + "</rdf:Description>");
  return "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta "
         "xmlns:x=\"adobe:ns:meta/\"><rdf:RDF" +
         kNames + ">" + description + "</rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>";
}

TEST(XmpToKeep, AttributesSaidHowTheSourceWasTurned) {
  EXPECT_EQ(Kept(Packet(" tiff:Orientation=\"6\" dc:format='image/jpeg'")),
            Packet(" tiff:Orientation=\"1\" dc:format=\"image/jpeg\""));
}

TEST(XmpToKeep, ElementsSaidHowTheSourceWasTurned) {
  EXPECT_EQ(Kept(Packet("", "<tiff:Orientation>8</tiff:Orientation><dc:title>a</dc:title>")),
            Packet("", "<tiff:Orientation>1</tiff:Orientation><dc:title>a</dc:title>"));
  EXPECT_EQ(Kept(Packet("",
                        "<tiff:Orientation rdf:parseType=\"Resource\"><rdf:value>6</rdf:value>"
                        "<dc:who>x</dc:who></tiff:Orientation><dc:title>a</dc:title>")),
            Packet("", "<tiff:Orientation>1</tiff:Orientation><dc:title>a</dc:title>"));
}

TEST(XmpToKeep, SizesAreTheResults) {
  EXPECT_EQ(Kept(Packet(" tiff:ImageWidth=\"4000\" tiff:ImageLength=\"3000\""
                        " exif:PixelXDimension=\"4000\" exif:PixelYDimension=\"3000\"")),
            Packet(" tiff:ImageWidth=\"300\" tiff:ImageLength=\"200\""
                   " exif:PixelXDimension=\"300\" exif:PixelYDimension=\"200\""));
  EXPECT_EQ(Kept(Packet("",
                        "<tiff:ImageWidth>1</tiff:ImageWidth><tiff:ImageLength>2"
                        "</tiff:ImageLength><exif:PixelXDimension>3</exif:PixelXDimension>"
                        "<exif:PixelYDimension>4</exif:PixelYDimension>"),
                 4'000'000'000, 1),
            Packet("",
                   "<tiff:ImageWidth>4000000000</tiff:ImageWidth><tiff:ImageLength>1"
                   "</tiff:ImageLength><exif:PixelXDimension>4000000000</exif:PixelXDimension>"
                   "<exif:PixelYDimension>1</exif:PixelYDimension>"));
}

TEST(XmpToKeep, WhatShowsTheSourceIsGone) {
  const std::string thumbnails =
      "<xmp:Thumbnails><rdf:Alt><rdf:li xmlns:g=\"http://ns.adobe.com/xap/1.0/g/img/\" "
      "g:image=\"c2VjcmV0\"><g:image>c2VjcmV0</g:image></rdf:li></rdf:Alt></xmp:Thumbnails>";
  EXPECT_EQ(Kept(Packet("", thumbnails + "<dc:title>a</dc:title>")),
            Packet("", "<dc:title>a</dc:title>"));
  const std::string elsewhere =
      "<dc:source xmlns:g=\"http://ns.adobe.com/xap/1.0/g/img/\" g:image=\"c2VjcmV0\" "
      "dc:format=\"x\"><g:image>c2VjcmV0</g:image></dc:source>";
  EXPECT_EQ(Kept(Packet("", elsewhere)),
            Packet("",
                   "<dc:source xmlns:g=\"http://ns.adobe.com/xap/1.0/g/img/\" "
                   "dc:format=\"x\"/>"));
  EXPECT_EQ(Kept(Packet(" exif:SubjectArea=\"1 2\" exif:SubjectLocation=\"1\" dc:format=\"x\"",
                        "<exif:SubjectArea>1</exif:SubjectArea>"
                        "<exif:SubjectLocation>1</exif:SubjectLocation>")),
            Packet(" dc:format=\"x\""));
}

TEST(XmpToKeep, AnExtendedPacketThatIsLeftOutIsNotPointedTo) {
  EXPECT_EQ(Kept(Packet(" xmlns:xmpNote=\"http://ns.adobe.com/xmp/note/\" "
                        "xmpNote:HasExtendedXMP=\"0123\"")),
            Packet(" xmlns:xmpNote=\"http://ns.adobe.com/xmp/note/\""));
}

TEST(XmpToKeep, ThePrefixIsAnybodysChoice) {
  const std::string t = " xmlns:t=\"http://ns.adobe.com/tiff/1.0/\"";
  EXPECT_EQ(Kept(Packet(t + " t:Orientation=\"6\"")), Packet(t + " t:Orientation=\"1\""));
  EXPECT_EQ(Kept(Packet("", "<t:Orientation" + t + ">6</t:Orientation>")),
            Packet("", "<t:Orientation" + t + ">1</t:Orientation>"));
  const std::string unprefixed = " xmlns=\"http://ns.adobe.com/tiff/1.0/\"";
  EXPECT_EQ(Kept(Packet("", "<Orientation" + unprefixed + ">6</Orientation>")),
            Packet("", "<Orientation" + unprefixed + ">1</Orientation>"));
  // Which an attribute without a prefix does not have (Namespaces in XML 1.0, 6.2).
  EXPECT_EQ(Kept(Packet("", "<dc:a" + unprefixed + " Orientation=\"6\"/>")),
            Packet("", "<dc:a" + unprefixed + " Orientation=\"6\"/>"));
  // The same prefix for something else, and the same name in other namespaces.
  const std::string other = " xmlns:tiff=\"http://example.com/other\"";
  EXPECT_EQ(Kept(Packet(other + " tiff:Orientation=\"6\"")),
            Packet(other + " tiff:Orientation=\"6\""));
  EXPECT_EQ(Kept(Packet(" dc:Orientation=\"6\" Orientation=\"6\" exif:Orientation=\"6\"")),
            Packet(" dc:Orientation=\"6\" Orientation=\"6\" exif:Orientation=\"6\""));
}

TEST(XmpToKeep, ADeclarationHoldsForItsElementOnly) {
  const std::string other = " xmlns:tiff=\"http://example.com/other\"";
  EXPECT_EQ(Kept(Packet("", "<dc:a" + other + "><tiff:Orientation>6</tiff:Orientation></dc:a>" +
                                "<tiff:Orientation>6</tiff:Orientation>")),
            Packet("", "<dc:a" + other + "><tiff:Orientation>6</tiff:Orientation></dc:a>" +
                           "<tiff:Orientation>1</tiff:Orientation>"));
}

TEST(XmpToKeep, AnUndeclaredPrefixMeansWhatItUsuallyDoes) {
  EXPECT_EQ(Kept("<x:xmpmeta><rdf:Description tiff:Orientation=\"6\" a:b=\"c\"/></x:xmpmeta>"),
            "<x:xmpmeta><rdf:Description tiff:Orientation=\"1\" a:b=\"c\"/></x:xmpmeta>");
  EXPECT_EQ(Kept("<a tiff:ImageWidth='1' tiff:ImageLength='2' exif:PixelXDimension='3' "
                 "exif:PixelYDimension='4'/>"),
            "<a tiff:ImageWidth=\"300\" tiff:ImageLength=\"200\" exif:PixelXDimension=\"300\" "
            "exif:PixelYDimension=\"200\"/>");
  for (const char* gone :
       {"exif:SubjectArea", "exif:SubjectLocation", "xmp:Thumbnails", "xap:Thumbnails",
        "xmpGImg:image", "xapGImg:image", "xmpNote:HasExtendedXMP"}) {
    EXPECT_EQ(Kept("<a "s + gone + "='b'><" + gone + ">b</" + gone + "></a>"), "<a/>") << gone;
  }
}

TEST(XmpToKeep, EveryDescriptionCounts) {
  EXPECT_EQ(Kept("<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
                 "xmlns:t=\"http://ns.adobe.com/tiff/1.0/\"><r:Description t:Orientation=\"6\"/>\n"
                 "<r:Description><t:Orientation>6</t:Orientation></r:Description></r:RDF>"),
            "<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
            "xmlns:t=\"http://ns.adobe.com/tiff/1.0/\"><r:Description t:Orientation=\"1\"/>\n"
            "<r:Description><t:Orientation>1</t:Orientation></r:Description></r:RDF>");
}

TEST(XmpToKeep, NothingHidesInTheGuiseOfXml) {
  EXPECT_EQ(Kept(Packet("", "<tiff:Orientation><![CDATA[6]]></tiff:Orientation>")),
            Packet("", "<tiff:Orientation>1</tiff:Orientation>"));
  EXPECT_EQ(Kept(Packet("", "<tiff:Orientation>&#54;<!-- 6 --></tiff:Orientation>")),
            Packet("", "<tiff:Orientation>1</tiff:Orientation>"));
  EXPECT_EQ(Kept(Packet(" xmlns:t=\"http://ns.adobe.com/&#116;iff/1.0/\" t:Orientation='6'")),
            Packet(" xmlns:t=\"http://ns.adobe.com/tiff/1.0/\" t:Orientation=\"1\""));
  // Text is text, and a comment is nothing; but readers search for either.
  EXPECT_EQ(Kept(Packet("",
                        "<dc:a><![CDATA[<tiff:Orientation>6]]></dc:a>"
                        "<!-- tiff:Orientation=\"6\" --><dc:b/>")),
            Packet("", "<dc:a>&lt;tiff:Orientation&gt;6</dc:a><dc:b/>"));
}

TEST(XmpToKeep, TextStaysWhatItIs) {
  const std::string escaped = "a &amp; b &lt; c &gt; d &quot;&#xD;";
  EXPECT_EQ(Kept(Packet(" dc:a=\"" + escaped + "&#xA;&#x9;\xC3\xA4\"",
                        "<dc:b>" + escaped + "\n\t\xC3\xA4</dc:b>")),
            Packet(" dc:a=\"" + escaped + "&#xA;&#x9;\xC3\xA4\"",
                   "<dc:b>" + escaped + "\n\t\xC3\xA4</dc:b>"));
}

TEST(XmpToKeep, IsUtf8WhateverItWas) {
  std::string little = "\xFF\xFE";
  std::string big = "\xFE\xFF";
  for (const char c : R"(<a xmlns:t="http://ns.adobe.com/tiff/1.0/" t:Orientation="6"/>)"s) {
    little += c;
    little += '\0';
    big += '\0';
    big += c;
  }
  const std::string fixed = R"(<a xmlns:t="http://ns.adobe.com/tiff/1.0/" t:Orientation="1"/>)";
  EXPECT_EQ(Kept(little), fixed);
  EXPECT_EQ(Kept(big), fixed);
  EXPECT_EQ(Kept("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xE4</a>"), "<a>\xC3\xA4</a>");
}

TEST(XmpToKeep, PaddingAndWhatFollowsAreLeftOut) {
  const std::string packet = Packet(" dc:format=\"x\"");
  const std::size_t end = packet.find("<?xpacket end");
  const std::string padded =
      "\r\n \t" + packet.substr(0, end) + std::string(2048, ' ') + packet.substr(end);
  EXPECT_EQ(Kept(padded), packet);
  EXPECT_EQ(Kept("\n<?xml version=\"1.0\"?>" + packet), packet) << "not at the very begin";
  EXPECT_EQ(Kept(padded + "\0"s), packet);
  EXPECT_EQ(Kept(padded + "<a tiff:Orientation='6'/>"), packet);
  EXPECT_EQ(Kept(padded + "<a"), packet);
}

TEST(XmpToKeep, WhatCannotBeParsedIsDropped) {
  for (const std::string& broken :
       {""s, "   "s, "no XML at all"s, "<a>"s, "<a><b></a></b>"s, "<a b=c/>"s, "<a b='&c;'/>"s,
        "<a b='1' b='2'/>"s, "<a>\xFF</a>"s, "\0<a/>"s, "<?a b?>junk"s, "<?a b?>"s,
        Packet(" tiff:Orientation=\"6\"").substr(0, 200)}) {
    EXPECT_EQ(Kept(broken), "") << broken;
  }
}

TEST(XmpToKeep, ADocumentTypeIsNoPartOfXmp) {
  EXPECT_EQ(Kept("<!DOCTYPE a><a/>"), "");
  EXPECT_EQ(Kept("<!DOCTYPE a [<!ENTITY e \"6\">]><a>&e;</a>"), "");
  EXPECT_EQ(Kept("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"), "");
}

std::string Nested(int depth) {
  std::string xmp;
  for (int i = 0; i < depth; ++i) xmp += "<a>";
  xmp += "b";
  for (int i = 0; i < depth; ++i) xmp += "</a>";
  return xmp;
}

TEST(XmpToKeep, NestsOnlySoDeep) {
  EXPECT_EQ(Kept(Nested(256)), Nested(256));
  EXPECT_EQ(Kept(Nested(257)), "");
  EXPECT_EQ(Kept(Nested(100'000)), "");
}

std::string Declaring(int count) {
  std::string xmp = "<a";
  for (int i = 0; i < count; ++i) xmp += " xmlns:n" + std::to_string(i) + "=\"u\"";
  return xmp + "/>";
}

TEST(XmpToKeep, DeclaresOnlySoMuchAtOnce) {
  EXPECT_EQ(Kept(Declaring(64)), Declaring(64));
  EXPECT_EQ(Kept(Declaring(65)), "");
  std::string one_by_one = "<b>";
  for (int i = 0; i < 300; ++i) one_by_one += Declaring(2);
  EXPECT_EQ(Kept(one_by_one + "</b>"), one_by_one + "</b>");
}

// Each name is looked up among all that hold where it stands, so depth makes no room for more.
TEST(XmpToKeep, DeclaresOnlySoMuchOnAllLevelsTogether) {
  const auto nested = [](int levels, const std::string& inner) {
    std::string xmp;
    for (int i = 0; i < levels; ++i) xmp += "<b xmlns:m" + std::to_string(i) + "=\"u\">";
    xmp += inner;
    for (int i = 0; i < levels; ++i) xmp += "</b>";
    return xmp;
  };
  EXPECT_EQ(Kept(nested(40, Declaring(24))), nested(40, Declaring(24)));
  EXPECT_EQ(Kept(nested(40, Declaring(25))), "");
  EXPECT_EQ(Kept(nested(40, Declaring(24) + Declaring(24))),
            nested(40, Declaring(24) + Declaring(24)))
      << "the first's are gone when the second's come";
  EXPECT_EQ(Kept(nested(40, Declaring(24) + Declaring(25))), "");
}

// 4 MiB of names, each of which is looked up among 64 namespaces.
TEST(XmpToKeep, StopsSoon) {
  std::string xmp = "<b>";
  std::string declared = Declaring(64);
  declared.resize(declared.size() - 2);
  xmp += declared + ">";
  while (xmp.size() < (4U << 20)) xmp += "<c n0:Orientation=\"1\"/>";
  xmp += "</a></b>";
  ASSERT_FALSE(XmpToKeep(AsBytes(xmp), 1, 1).empty());
  test::ExpectStops("XMP", test::kSoon, 0.05, [&](std::stop_token stop) -> Expected<void> {
    if (XmpToKeep(AsBytes(xmp), 1, 1, stop).empty()) return Fail(ErrorKind::kCancelled);
    return {};
  });
  std::stop_source asked;
  asked.request_stop();
  EXPECT_TRUE(XmpToKeep(AsBytes("<a/>"), 1, 1, asked.get_token()).empty());
}

// The most that an escape makes of a byte, so that what was asked for at once is enough.
TEST(XmpToKeep, GrowsByEscapesOnlySoMuch) {
  const std::string quotes(100'000, '"');
  const Bytes kept = XmpToKeep(AsBytes("<a b='" + quotes + "'/>"), 1, 1);
  const std::size_t packet = quotes.size() + 10;
  EXPECT_GT(kept.size(), packet * kXmpGrowth * 99 / 100);
  EXPECT_LE(kept.capacity(), packet * kXmpGrowth);
}

TEST(XmpToKeep, DroppedElementsLeaveNothingOpen) {
  EXPECT_EQ(Kept(Packet("", "<xmp:Thumbnails/>")), Packet(""));
  EXPECT_EQ(Kept(Packet("",
                        "<xmp:Thumbnails><xmp:Thumbnails>a</xmp:Thumbnails>b<?c d?>"
                        "</xmp:Thumbnails><dc:a>c</dc:a>")),
            Packet("", "<dc:a>c</dc:a>"));
}

}  // namespace
}  // namespace whittle::codec
