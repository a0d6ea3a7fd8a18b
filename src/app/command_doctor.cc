#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "app/commands.h"
#include "app/doctor/check.h"
#include "app/doctor/report.h"
#include "app/doctor/run.h"
#include "app/setting_kinds.h"
#include "base/text.h"

namespace whittle::app {
namespace {

constexpr Duration kTimeouts{1ms, 1h};

std::string_view Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

int Wrong(const std::string& text) {
  std::cerr << "whittle: " << text << "\n";
  return kExitUsage;
}

// On a terminal, one line that is written over and goes at the end.
class Hint {
 public:
  explicit Hint(bool is_on) : is_on_(is_on) {}
  ~Hint() {
    if (is_shown_) std::cerr << kOver << std::flush;
  }
  Hint(const Hint&) = delete;
  Hint& operator=(const Hint&) = delete;

  void Show(const std::string& names) {
    if (!is_on_) return;
    constexpr std::size_t kMost = 60;  // columns
    std::cerr << kOver << "waiting for " << Printable(names, kMost) << std::flush;
    is_shown_ = true;
  }

 private:
  static constexpr std::string_view kOver = "\r\x1b[K";
  const bool is_on_;
  bool is_shown_ = false;
};

}  // namespace

int RunDoctor(const DoctorArguments& arguments, const Settings& settings) {
  if (arguments.list) {
    std::cout << doctor::ChecksAsMarkdown();
    return kExitOk;
  }
  doctor::RunOptions options{.timeout = settings.source.fetch_timeout, .keys = arguments.keys};
  if (!arguments.timeout.empty()) {
    const auto timeout = kTimeouts.Parse(arguments.timeout);
    if (!timeout) {
      return Wrong("--timeout is \"" + Printable(arguments.timeout) +
                   "\"; allowed: " + kTimeouts.Allowed());
    }
    options.timeout = *timeout;
  }
  for (const std::string& key : arguments.keys) {
    if (key.empty() || !IsPathBelow(key)) {
      return Wrong("--key is \"" + Printable(key) +
                   "\"; allowed: the path of a picture below its "
                   "source, or the source's name, : and that");
    }
  }
  std::signal(SIGPIPE, SIG_IGN);
  doctor::Examination examination;
  {
    Hint hint(isatty(STDERR_FILENO) == 1);
    options.on_wait = [&hint](const std::string& names) { hint.Show(names); };
    const auto bench = std::make_shared<const doctor::Bench>(settings, doctor::ThisMachine());
    examination = doctor::Examine(bench, doctor::Checks(), options);
  }
  const bool coloured =
      doctor::TakesColours(isatty(STDOUT_FILENO) == 1, Variable("TERM"), Variable("NO_COLOR"));
  std::cout << (arguments.json ? doctor::AsJson(examination.lines)
                               : doctor::AsText(examination.lines, coloured))
            << std::flush;
  const int code = doctor::ExitCodeOf(examination.lines, arguments.strict);
  // A thread that came back from what hangs would find nothing of ours any more.
  if (examination.has_lost) std::_Exit(code);
  return code;
}

}  // namespace whittle::app
