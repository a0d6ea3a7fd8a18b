#include "app/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iostream>
#include <optional>
#include <vector>

#include "app/commands.h"
#include "app/doctor/check.h"
#include "app/settings_load.h"
#include "app/svg.h"
#include "app/versions.h"
#include "base/text.h"
#include "codec/jpeg/choice.h"
#include "pixel/simd.h"

namespace whittle::app {
namespace {

/// "TCP port to listen on; 0 to 65535 [8081] (WHITTLE_PORT, PORT)"
std::string FlagHelp(const SettingRow& row) {
  return fmt::format("{}; {} [{}] ({}{}{})", row.help, row.allowed, row.initial, row.variable,
                     row.also.empty() ? "" : ", ", row.also);
}

// What is in depends on settings; only the environment's are known while flags are being read.
std::string VersionOfEnvironment() {
  const auto loaded = LoadSettings({.environment = ProcessEnvironment()});
  const SvgInput svg(loaded ? loaded->values : Settings{});
  return VersionText();
}

// What it looks at, a word each.
std::string DoctorFooter() {
  std::string names;
  for (const doctor::Check* check : doctor::Checks()) {
    names += (names.empty() ? "Checks: " : ", ") + std::string(check->name);
  }
  return names +
         ".\nExit code: 0 when all is well but for warnings, 1 when something fails, 2 when "
         "an argument or a setting is wrong.";
}

/// The grammar of the command line, and what one parse of it found.
class CommandLine {
 public:
  CommandLine();
  void Parse(int argc, const char* const* argv) { app_.parse(argc, argv); }
  /// Prints the text that --help or --version asked for.
  int Print(const CLI::Success& request) { return app_.exit(request); }

  /// The first argument that the grammar has no place for.
  std::string Unexpected() const;

  SettingSources Sources() const;
  int Run(const LoadedSettings& loaded, int (*serve)(const Settings&)) const;

 private:
  CLI::App app_{"Whittle, an HTTP image resize server.", "whittle"};
  CLI::App* resize_;
  CLI::App* strip_;
  CLI::App* probe_;
  CLI::App* health_;
  CLI::App* doctor_;
  CLI::App* settings_;
  CLI::App* params_;

  std::string config_;
  Variables flags_;
  ResizeArguments resize_arguments_;
  StripArguments strip_arguments_;
  std::string probe_file_;
  DoctorArguments doctor_arguments_;
  std::string settings_format_ = "text";
};

CommandLine::CommandLine() {
  app_.set_version_flag("--version", VersionOfEnvironment,
                        "Print the version of the program and libraries");
  app_.require_subcommand(0, 1);
  app_.fallthrough();  // inherited by the commands: settings' flags may stand behind them

  app_.add_option("--config", config_, "Config file in TOML (WHITTLE_CONFIG)");
  for (const SettingRow& row : Rows()) {
    app_.add_option_function<std::string>(
            row.flag,
            [this, &row](const std::string& text) { flags_.emplace_back(row.flag, text); },
            FlagHelp(row))
        ->type_name("")
        ->group("Settings: " + std::string(row.room));
  }

  app_.add_subcommand("serve", "Answer HTTP requests; also what happens without a command");

  resize_ = app_.add_subcommand("resize", "Resize one file");
  resize_->add_option("IN", resize_arguments_.in, "Picture, - for stdin")->required();
  resize_
      ->add_option("OUT", resize_arguments_.out,
                   "Result, - for stdout; its extension names the format")
      ->required();
  resize_->add_option("--width", resize_arguments_.width, "Largest width in pixels, 0 for any");
  resize_->add_option("--height", resize_arguments_.height, "Largest height in pixels, 0 for any");
  resize_->add_option("--params", resize_arguments_.params,
                      "More parameters, as behind '?' in a URL: 'fit=cover&blur=2'; whittle params "
                      "lists them");

  strip_ = app_.add_subcommand("strip", "Remove one file's metadata without touching its pixels");
  strip_->add_option("IN", strip_arguments_.in, "Picture, - for stdin")->required();
  strip_->add_option("OUT", strip_arguments_.out, "Result, - for stdout")->required();
  strip_->add_option("--icc", strip_arguments_.icc, "The colour profile: keep or strip [keep]")
      ->check(CLI::IsMember({"keep", "strip"}));

  probe_ = app_.add_subcommand("probe", "Print what a file's header tells, as JSON");
  probe_->add_option("FILE", probe_file_, "Picture, - for stdin")->required();

  health_ = app_.add_subcommand("health", "Ask the server at --port whether it is healthy");

  doctor_ = app_.add_subcommand("doctor", "Try every source, and look for what would go wrong");
  doctor_
      ->add_option("--key", doctor_arguments_.keys,
                   "A picture that is there, of every source; NAME:KEY for one of them, :KEY for "
                   "the unnamed one")
      ->type_name("KEY")
      ->allow_extra_args(false);  // one each time
  doctor_
      ->add_option("--timeout", doctor_arguments_.timeout,
                   "Longest time for each check [fetch_timeout]")
      ->type_name("TIME");
  doctor_->add_flag("--json", doctor_arguments_.json, "An object of JSON a line");
  doctor_->add_flag("--strict", doctor_arguments_.strict, "Exit with 1 for warnings, too");
  doctor_->add_flag("--list", doctor_arguments_.list, "Only list the checks, in Markdown");
  doctor_->footer(DoctorFooter());

  settings_ = app_.add_subcommand("settings", "Print the settings in effect");
  settings_
      ->add_option("--format", settings_format_,
                   "text, toml (a config file), markdown (of all settings) or tables "
                   "(Markdown of mounts and sources)")
      ->check(CLI::IsMember({"text", "toml", "markdown", "tables"}));

  params_ = app_.add_subcommand("params", "Print the parameters that a URL may have, in Markdown");
}

std::string CommandLine::Unexpected() const {
  const std::vector<std::string> rest = app_.remaining(/*recurse=*/true);
  // A flag explains the words behind it, so it is named rather than they.
  const auto flag =
      std::ranges::find_if(rest, [](const std::string& word) { return word.starts_with("-"); });
  return Printable(flag != rest.end() ? *flag : rest.empty() ? "this" : rest.front());
}

SettingSources CommandLine::Sources() const {
  return {.config = config_.empty() ? std::nullopt : std::optional<std::filesystem::path>(config_),
          .environment = ProcessEnvironment(),
          .flags = flags_};
}

int CommandLine::Run(const LoadedSettings& loaded, int (*serve)(const Settings&)) const {
  if (resize_->parsed()) return RunResize(resize_arguments_, loaded.values);
  if (strip_->parsed()) return RunStrip(strip_arguments_, loaded.values);
  if (probe_->parsed()) return RunProbe(probe_file_, loaded.values);
  if (health_->parsed()) return RunHealth(loaded.values);
  if (doctor_->parsed()) return RunDoctor(doctor_arguments_, loaded.values);
  if (settings_->parsed()) return RunSettings(settings_format_, loaded);
  if (params_->parsed()) return RunParams();
  return serve(loaded.values);
}

int UsageError(std::string_view message) {
  std::cerr << "whittle: " << message << "\n";
  return kExitUsage;
}

}  // namespace

int RunCommandLine(int argc, const char* const* argv, int (*serve)(const Settings&)) try {
  CommandLine line;
  try {
    line.Parse(argc, argv);
  } catch (const CLI::Success& request) {
    return line.Print(request);
  } catch (const CLI::ExtrasError&) {
    return UsageError(line.Unexpected() + " is not an argument; see whittle --help");
  } catch (const CLI::ParseError& error) {
    return UsageError(Printable(error.what()) + "; see whittle --help");
  }
  const auto loaded = LoadSettings(line.Sources());
  if (!loaded) return UsageError(loaded.error());
  if (auto forced = pixel::ForceSimdTarget(loaded->values.image.simd); !forced) {
    return UsageError(forced.error().text);
  }
  codec::UseJpegDecoder(loaded->values.image.jpeg_decoder);
  return line.Run(*loaded, serve);
} catch (const std::exception& error) {
  std::cerr << "whittle: " << error.what() << "\n";  // out of memory, for the most part
  return kExitFailure;
}

}  // namespace whittle::app
