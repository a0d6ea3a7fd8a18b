// `whittle doctor`, run as CI runs it: what it says, by its checks.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/app/program.h"
#include "tests/support/pictures.h"

namespace whittle::test {

/// What it says in JSON, by "check" or "check source".
struct Doctor {
  int code;
  std::string out;
  std::map<std::string, nlohmann::json> lines;

  std::string Status(const std::string& what) const {
    const auto line = lines.find(what);
    return line == lines.end() ? "(none)" : line->second.at("status").get<std::string>();
  }
  std::string Found(const std::string& what) const {
    const auto line = lines.find(what);
    return line == lines.end() ? out : line->second.at("found").get<std::string>();
  }
};

inline Doctor Ask(std::vector<std::string> environment, std::vector<std::string> arguments = {},
                  std::uint16_t port = 0) {
  arguments.insert(arguments.begin(),
                   {"doctor", "--json", "--address", "127.0.0.1", "--port", std::to_string(port)});
  const Finished run = RunProgram(arguments, std::move(environment));
  Doctor doctor{.code = run.code, .out = run.out + run.err};
  std::istringstream text(run.out);
  for (std::string line; std::getline(text, line);) {
    const auto object = nlohmann::json::parse(line);
    const std::string source = object.value("source", "");
    const auto check = object.at("check").get<std::string>();
    doctor.lines[source.empty() ? check : check + " " + source] = object;
  }
  return doctor;
}

/// A folder with one picture, "a.jpg".
class Pictures {
 public:
  Pictures() { WriteFile(dir_.path() / "a.jpg", EncodeJpeg(Photo(8, 8)).view()); }
  std::string Images() const { return "WHITTLE_IMAGES_DIR=" + dir_.path().string(); }

 private:
  TempDir dir_;
};

}  // namespace whittle::test
