// whittle_storm: overload for a server on this machine, closed or open; prints one line of JSON.
//
//   whittle_storm --port 8081 --clients 4096 --seconds 30 [--obey] [--fresh] LIST
//   whittle_storm --port 8081 --rate 4500 --clients 8000 --seconds 20 LIST
//   ... --probe health=/health --fresh-probe health-new=/health --probe-every 100
//
// LIST has one path a line, "{n}" in it for a number that changes. Exit code 0 when the run took
// place.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "generator/report.h"
#include "generator/storm.h"

namespace {

std::chrono::milliseconds Seconds(double seconds) {
  return std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

}  // namespace

int main(int argc, char** argv) {
  using namespace whittle::bench;
  StormOptions options;
  std::string list;
  std::vector<std::string> kept;
  std::vector<std::string> fresh;
  double seconds = 10;
  double warm_up = 0;
  double patience = 10;
  int every_ms = 100;
  CLI::App app{"Sends more than a server can do, and tells what became of it."};
  app.add_option("LIST", list, "File with one path a line")->required();
  app.add_option("--port", options.port, "Port on 127.0.0.1")->required();
  app.add_option("--clients", options.clients, "Clients; with --rate connections at most")
      ->check(CLI::Range(1, 60000));
  app.add_option("--rate", options.rate, "Requests a second, answered or not")
      ->check(CLI::Range(0.1, 1e6));
  app.add_option("--seconds", seconds, "Time that counts")->check(CLI::Range(0.1, 3600.0));
  app.add_option("--warm-up", warm_up, "Seconds before that")->check(CLI::Range(0.0, 600.0));
  app.add_option("--patience", patience, "Seconds a client waits for an answer")
      ->check(CLI::Range(0.1, 600.0));
  app.add_flag("--obey", options.obey, "A refused client waits as Retry-After says");
  app.add_flag("--fresh", options.fresh, "A connection for each request");
  app.add_option("--probe", kept, "NAME=PATH asked beside the load, on one kept connection");
  app.add_option("--fresh-probe", fresh, "The same on a new connection each time");
  app.add_option("--probe-every", every_ms, "Milliseconds")->check(CLI::Range(1, 60000));
  CLI11_PARSE(app, argc, argv);
  options.duration = Seconds(seconds);
  options.warm_up = Seconds(warm_up);
  options.patience = Seconds(patience);
  for (const auto* names : {&kept, &fresh}) {
    for (const std::string& text : *names) {
      const auto equals = text.find('=');
      if (equals == std::string::npos) {
        std::cerr << "whittle_storm: not NAME=PATH: " << text << "\n";
        return 2;
      }
      options.probes.push_back({.name = text.substr(0, equals),
                                .target = text.substr(equals + 1),
                                .kept = names == &kept,
                                .every = std::chrono::milliseconds(every_ms)});
    }
  }

  std::ifstream file(list);
  std::vector<std::string> targets;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('/')) targets.push_back(line);
  }
  auto outcome = RunStorm(targets, options);
  if (!outcome) {
    std::cerr << "whittle_storm: " << outcome.error() << "\n";
    return 1;
  }
  std::cout << Report(*std::move(outcome)).dump() << "\n";
  return 0;
}
