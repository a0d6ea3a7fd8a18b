#include <iostream>

#include "app/commands.h"
#include "app/settings_text.h"

namespace whittle::app {

int RunSettings(const std::string& format, const LoadedSettings& loaded) {
  if (format == "toml") {
    std::cout << SettingsAsToml(loaded);
  } else if (format == "markdown") {
    std::cout << SettingsReference();
  } else if (format == "tables") {
    std::cout << TablesReference();
  } else {
    std::cout << SettingsAsText(loaded);
  }
  return kExitOk;
}

}  // namespace whittle::app
