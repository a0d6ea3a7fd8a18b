// What each command of the command line does, one file each: command_<name>.cc. cli.cc calls them.
//
// They write results to stdout and everything else to stderr, and return an exit code. Blocking.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/settings_load.h"
#include "transform/dialect.h"
#include "whittle/error.h"
#include "whittle/limits.h"

namespace whittle::app {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;  ///< the work could not be done
inline constexpr int kExitUsage = 2;    ///< the command line or a setting is wrong

struct ResizeArguments {
  std::filesystem::path in, out;  ///< "-" is stdin, stdout
  std::uint32_t width = 0;        ///< 0 leaves this side free
  std::uint32_t height = 0;
  std::string params;  ///< as a URL's query
};
/// Resizes one file; a summary goes to stderr. Where `params` name no format, that of `out`'s
/// extension is made, if it has a known one.
int RunResize(const ResizeArguments& arguments, const Settings& settings);

struct StripArguments {
  std::filesystem::path in, out;  ///< "-" is stdin, stdout
  std::string icc = "keep";       ///< or "strip"
};
/// Writes a file without its metadata, the coded pixels untouched; a summary goes to stderr.
int RunStrip(const StripArguments& arguments, const Settings& settings);

/// Prints what a file's header tells, as one JSON object.
int RunProbe(const std::filesystem::path& file, const Settings& settings);

/// Asks a running server at the settings' address and port for /health; for container health
/// checks. Takes two seconds at most.
int RunHealth(const Settings& settings);

struct DoctorArguments {
  std::vector<std::string> keys;  ///< pictures that are there: KEY, or NAME:KEY for one source
  std::string timeout;            ///< of each check; empty: fetch_timeout
  bool json = false;
  bool strict = false;  ///< warnings fail, too
  bool list = false;    ///< only names the checks
};
/// Tries every source and looks for what would go wrong, a line each (app/doctor). 1 when something
/// has failed.
int RunDoctor(const DoctorArguments& arguments, const Settings& settings);

/// Prints the settings in effect. `format` is "text", "toml", "markdown" or "tables".
int RunSettings(const std::string& format, const LoadedSettings& loaded);

/// "whittle: <subject>: <text> (<detail>)" on stderr; returns kExitFailure.
int Report(const std::string& subject, const Error& error);

/// Prints README's table of the parameters that a URL may have.
int RunParams();

/// What the settings give to requests that leave it open, and what this build can write.
transform::Defaults DefaultsOf(const Settings& settings);

/// The limits that the settings put on one job.
Limits LimitsOf(const Settings& settings);

}  // namespace whittle::app
