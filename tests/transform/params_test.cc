// Every row of params.def: its names, both ends of its range and beyond, and what its text says.
#include "transform/params.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "transform/query.h"

namespace whittle::transform {
namespace {

struct Expectation {
  std::string aliases, bare;
  std::vector<std::string> taken;    // none the default; all give different transforms
  std::vector<std::string> same;     // other ways to say the first of `taken`
  std::vector<std::string> refused;  // just outside, and nonsense
};

// Beside a box of 0x90, with fit=cover and then fit=contain.
const std::map<std::string, Expectation> kRows = {
    {"width", {"w", "", {"1", "8192"}, {"01"}, {"8193", "-1", "1.5", "+1", "x", "%31x", "1 "}}},
    {"height", {"h", "", {}, {}, {"90", "1", "8193"}}},  // the path of these tests gives it
    {"dpr",
     {"", "", {"2", "0.1", "10", "1.25"}, {"2.0", "2.004"}, {"0.09", "10.01", "nan", "inf", "2x"}}},
    {"fit", {"", "", {"contain", "fill", "outside", "inside"}, {}, {"Cover", "scale", "max", "1"}}},
    {"enlarge", {"", "1", {"1"}, {"true"}, {"yes", "2", "True"}}},
    {"position",
     {"gravity",
      "",
      {"top", "right-top", "right", "right-bottom", "bottom", "left-bottom", "left", "left-top",
       "0.5,0.25", "entropy", "attention"},
      {"north"},
      {"middle", "top right", "focal", "0.5", "1.1,0", "0,-0.1", "Top"}}},
    {"focal",
     {"",
      "",
      {"0,0", "1,1", "0.5,0.5", "0.25,0.75"},
      {"0.0004,0.0", "-0,0"},
      {"0", "0,0,0", "1.001,0", "0,1.001", "-0.1,0", "nan,0", "0,", ",0", "top", "0 ,0"}}},
    {"kernel",
     {"",
      "",
      {"nearest", "linear", "cubic", "mitchell", "lanczos2", "mks2013", "mks2021"},
      {},
      {"lanczos", "Cubic"}}},
    {"crop",
     {"",
      "",
      {"0,0,1,1", "4294967294,0,1,1", "0,4294967294,1,1", "0,0,4294967295,4294967295", "1,2,3,4",
       "2,1,4,3"},
      {"00,0,1,1"},
      {"0,0,0,1", "0,0,1,0", "4294967295,0,1,1", "0,4294967295,1,1", "0,0,1", "0,0,1,1,1",
       "-1,0,1,1", "0,0,1,4294967296", "0,0,1.5,1", "a,b,c,d", ",,,"}}},
    {"trim", {"", "10", {"10", "0", "255", "0.5"}, {"10.001"}, {"-0.01", "255.01", "nan", "x"}}},
    {"pad",
     {"",
      "",
      {"1", "8192", "1,2", "2,1", "1,2,3,4", "4,3,2,1"},
      {"1,1", "1,1,1,1"},
      {"8193", "1,8193", "1,2,3", "1,2,3,8193", "1,2,3,4,5", "-1", "1.5", "1,", "x"}}},
    {"rotate", {"", "", {"90", "180", "270"}, {}, {"360", "-90", "45", "90.0"}}},
    {"flip", {"", "1", {"1"}, {"true"}, {"on", "2"}}},
    {"flop", {"", "1", {"1"}, {"true"}, {"on", "2"}}},
    {"background",
     {"bg",
      "",
      {"ff0000", "000", "fff", "ff00007f", "0f08", "orange"},
      {"red", "f00", "F00", "FF0000ff", "f00f", "%23f00", "%23ff0000"},
      {"ff", "ff000", "fffffff", "fffffffff", "gg0000", "Red", "#", "%23", "%2523f00", "none",
       "f 0", "-10"}}},
    {"blur",
     {"", "box", {"2.5", "0.3", "1000", "box"}, {"2.504"}, {"0.29", "1000.01", "0", "nan"}}},
    {"sharpen",
     {"",
      "",
      {"0.3", "10", "1,0.01", "1,10", "1.5,2"},
      {"0.3,1", "0.30,1.001"},
      {"0.29", "10.01", "1,0", "1,0.009", "1,10.01", "1,2,3", "nan", "1,nan", "1,"}}},
    {"greyscale", {"grayscale", "1", {"1"}, {"true"}, {"2", "grey"}}},
    {"brightness", {"", "", {"0", "10", "1.001"}, {"0.0004", "-0"}, {"-0.001", "10.001", "nan"}}},
    {"contrast", {"", "", {"0", "10", "1.001"}, {"0.0004"}, {"-0.001", "10.001", "nan"}}},
    {"saturation", {"", "", {"0", "10", "1.001"}, {"0.0004"}, {"-0.001", "10.001", "nan"}}},
    {"hue", {"", "", {"180", "0.01", "359.99"}, {"180.004"}, {"-0.01", "360.01", "nan"}}},
    {"gamma", {"", "", {"0.1", "10", "2.2"}, {"0.1004"}, {"0.099", "10.001", "nan"}}},
    {"tint", {"", "", {"ff0000", "teal"}, {"red", "f001"}, {"x", "ff"}}},
    {"format",
     {"f",
      "",
      {"jpeg", "png", "webp", "avif", "gif", "jxl", "tiff", "raw"},
      {"jpg"},
      {"JPEG", "heif", "image/png", "jpe"}}},
    {"quality",
     {"q", "", {"1", "100", "82.5", "auto"}, {"1.004"}, {"0.99", "100.01", "nan", "high", "-1"}}},
    {"effort", {"", "", {"0", "10", "5"}, {}, {"11", "-1", "1.5"}}},
    {"lossless", {"", "1", {"1"}, {"true"}, {"2"}}},
    {"progressive", {"", "1", {"1", "0"}, {"true"}, {"2", "auto"}}},
    {"subsampling", {"", "", {"420", "444"}, {"4:2:0", "4%3A2%3A0"}, {"422", "4:2:2"}}},
    {"colours", {"colors palette", "256", {"256", "2", "16"}, {}, {"1", "257", "0", "16.0"}}},
    {"preset", {"", "", {"small", "fast", "quality"}, {"size"}, {"jpegli", "best"}}},
    {"max_bytes",
     {"",
      "",
      {"1024", "1", "1099511627776", "30KiB"},
      {"1KiB"},
      {"1025GiB", "1099511627777", "-1", "30KB", "1.5KiB", "18446744073709551616"}}},
    {"anim", {"", "1", {"0"}, {"false"}, {"2", "no"}}},
    {"keep", {"", "", {"copyright", "all"}, {}, {"exif", "1"}}},
    {"profile", {"", "", {"srgb"}, {}, {"p3", "sRGB"}}},
    {"if_larger", {"", "", {"result"}, {}, {"error", "0"}}},
    {"truncated", {"", "", {"fail"}, {}, {"error", "0"}}},
};

Expected<Transform> Make(const std::string& fit, const std::string& query) {
  Transform::Params params{.height = 90};
  const bool own_fit = query.starts_with("fit");
  WHITTLE_CHECK(ApplyQuery(own_fit ? query : "w=70&fit=" + fit + "&" + query, params));
  if (own_fit) params.width = 70;
  return Transform::Make(params);
}

// The width is free where it is the one asked for.
Expected<Transform> MakeWith(const std::string& fit, const std::string& query) {
  if (!query.starts_with("w")) return Make(fit, query);
  Transform::Params params{.height = 90};
  WHITTLE_CHECK(ApplyQuery(query, params));
  return Transform::Make(params);
}

std::string Canonical(const std::string& query, const std::string& fit = "cover") {
  const auto transform = MakeWith(fit, query);
  EXPECT_TRUE(transform) << query << ": " << (transform ? "" : transform.error().text);
  return transform ? transform->Canonical() : "";
}

std::string Refusal(const std::string& query) {
  const auto transform = MakeWith("cover", query);
  if (transform) return "taken";
  EXPECT_EQ(transform.error().kind, ErrorKind::kBadRequest);
  return transform.error().text;
}

TEST(Params, EveryRowIsAsPromised) {
  std::set<std::string> seen;
  for (const ParamRow& row : ParamRows()) {
    const std::string name(row.name);
    SCOPED_TRACE(name);
    seen.insert(name);
    const auto found = kRows.find(name);
    ASSERT_NE(found, kRows.end()) << "add the row to this test";
    const Expectation& expected = found->second;
    EXPECT_EQ(row.aliases, expected.aliases);
    EXPECT_EQ(row.bare, expected.bare);
    for (const std::string& text : expected.same) {
      EXPECT_EQ(Canonical(name + "=" + text), Canonical(name + "=" + expected.taken[0])) << text;
    }
    for (const std::string& text : expected.refused) {
      EXPECT_EQ(Refusal(name + "=" + text), "invalid " + name) << text;
    }
    EXPECT_EQ(Refusal(name + "="), "invalid " + name);
    EXPECT_EQ(Refusal(name + "=%zz"), "invalid " + name);
    if (row.bare.empty()) {
      EXPECT_EQ(Refusal(name), "invalid " + name);
    } else if (name != "anim") {  // on unless it is switched off
      EXPECT_EQ(Canonical(name), Canonical(name + "=" + expected.bare));
    }
  }
  EXPECT_EQ(seen.size(), kRows.size());
}

TEST(Params, AliasesAreTheSameParameter) {
  for (const auto& [name, alias] :
       std::vector<std::pair<std::string, std::string>>{{"width", "w"},
                                                        {"position", "gravity"},
                                                        {"background", "bg"},
                                                        {"greyscale", "grayscale"},
                                                        {"format", "f"},
                                                        {"quality", "q"},
                                                        {"colours", "colors"},
                                                        {"colours", "palette"}}) {
    const std::string value = "=" + kRows.at(name).taken[0];
    EXPECT_EQ(Canonical(alias + value), Canonical(name + value)) << alias;
    EXPECT_EQ(Refusal(alias + value + "&" + name + value), "repeated " + name);
  }
  EXPECT_EQ(Refusal("height=3"), "invalid height") << "the path gives it";
  EXPECT_EQ(Canonical("palette"), Canonical("colours=256"));
  EXPECT_EQ(Canonical("position=0.2,0.3"), Canonical("focal=0.2,0.3"));
  EXPECT_EQ(Refusal("focal=0.2,0.3&position=top"), "repeated position");
  EXPECT_EQ(Refusal("gravity=top&focal=0.2,0.3"), "repeated focal");
}

TEST(Params, EveryAnchorHasTheNamesThatSharpGivesIt) {
  for (const auto& [word, others] : std::map<std::string, std::vector<std::string>>{
           {"centre", {"center"}},
           {"top", {"north"}},
           {"right-top", {"right%20top", "rt", "northeast"}},
           {"right", {"east"}},
           {"right-bottom", {"right%20bottom", "rb", "southeast"}},
           {"bottom", {"south"}},
           {"left-bottom", {"left%20bottom", "lb", "southwest"}},
           {"left", {"west"}},
           {"left-top", {"left%20top", "lt", "northwest"}}}) {
    for (const std::string& other : others) {
      EXPECT_EQ(Canonical("position=" + other), Canonical("position=" + word)) << other;
    }
  }
}

// Each value of each parameter, and pairs of them, in one pot: no two may have the same text unless
// they are the same.
TEST(Params, CanonicalTextsAreEqualExactlyForEqualTransforms) {
  std::map<std::string, Transform::Params> by_text;
  std::size_t transforms = 0;
  const auto add = [&](const std::string& query, const std::string& fit) {
    const auto transform = MakeWith(fit, query);
    ASSERT_TRUE(transform) << query;
    const auto [at, fresh] = by_text.emplace(transform->Canonical(), transform->params());
    EXPECT_EQ(at->second, transform->params()) << query << " is not " << at->first;
    if (fresh) ++transforms;
  };
  std::size_t values = 0;
  for (const auto& [name, row] : kRows) {
    for (const std::string& text : row.taken) {
      const std::size_t before = transforms;
      add(name + "=" + text, "cover");
      ++values;
      const bool said = name == "position" && text.contains(',');  // as focal
      EXPECT_TRUE(said || transforms == before + 1) << name << "=" << text << " says nothing";
    }
  }
  for (const auto& [name, row] : kRows) {
    for (const std::string& text : row.taken) {
      add(name + "=" + text, "contain");
      for (const auto& [other, second] : kRows) {
        const bool apart = other > name && !second.taken.empty() && name != "fit" &&
                           other != "width" && other != "fit";
        const bool same = name == "focal" && other == "position";
        if (apart && !same) {
          add(name + "=" + text + "&" + other + "=" + second.taken.back(), "cover");
        }
      }
    }
  }
  EXPECT_GT(values, 100U);
  EXPECT_GT(by_text.size(), 1500U);
  for (const auto& [text, params] : by_text) {
    const auto made = Transform::Make(params);
    ASSERT_TRUE(made) << text;
    EXPECT_EQ(made->Canonical(), text);
    EXPECT_EQ(made->params(), params) << text;
  }
}

// What stands behind the box, quality and preset is itself a query.
TEST(Params, CanonicalTextReadsBack) {
  for (const char* query :
       {"fit=cover&focal=0.2,0.3&crop=1,2,3,4&trim&pad=1,2&rotate=90&flip&background=f008",
        "blur&sharpen=1.5&greyscale&brightness=1.1&contrast=0.9&saturation=2&hue=12.34&gamma=2.2&"
        "tint=teal",
        "blur=2.5&format=webp&effort=3&lossless&progressive=0&subsampling=420&colours=16&"
        "max_bytes=30KiB&anim=0&keep=all&profile=srgb&if_larger=result&enlarge&kernel=cubic"}) {
    const auto transform = Make("inside", query);
    ASSERT_TRUE(transform) << transform.error().text;
    const std::string text = transform->Canonical();
    Transform::Params params{.width = 70, .height = 90};
    const auto read = ApplyQuery(text.substr(text.find('&')), params);
    ASSERT_TRUE(read) << text << ": " << read.error().text;
    EXPECT_EQ(Transform::Make(params)->params(), transform->params()) << text;
  }
}

TEST(Params, NamesAreUnique) {
  std::set<std::string> names;
  for (const ParamRow& row : ParamRows()) {
    EXPECT_TRUE(names.insert(std::string(row.name)).second) << row.name;
    EXPECT_EQ(FindParam(row.name), &row);
    EXPECT_FALSE(row.help.empty());
    EXPECT_FALSE(row.allowed.empty());
    EXPECT_EQ(row.help.find('|'), std::string_view::npos) << "would split README's table";
  }
  for (const char* alias :
       {"w", "h", "q", "f", "bg", "gravity", "grayscale", "colors", "palette"}) {
    EXPECT_TRUE(names.insert(alias).second) << alias;
    EXPECT_NE(FindParam(alias), nullptr) << alias;
  }
  for (const char* other : {"", " ", "colors palette", "Fit", "widt", "widthh", "v"}) {
    EXPECT_EQ(FindParam(other), nullptr) << other;
  }
}

}  // namespace
}  // namespace whittle::transform
