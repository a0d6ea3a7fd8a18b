// whittle_load: sends a list of requests to a server on this machine and prints one line of JSON.
//
//   whittle_load --port 8081 --connections 16 [--passes 1] [--save FOLDER] LIST
//
// Exit code 0 when the run took place, whatever the answers were; the line tells.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <string>

#include "generator/client.h"
#include "generator/report.h"
#include "generator/request_list.h"

int main(int argc, char** argv) {
  using namespace whittle::bench;
  LoadOptions options;
  std::string list;
  CLI::App app{"Sends a list of requests in a closed loop over kept connections."};
  app.add_option("LIST", list, "File with one path a line")->required();
  app.add_option("--port", options.port, "Port on 127.0.0.1")->required();
  app.add_option("--connections", options.connections, "Requests in flight")
      ->check(CLI::Range(1, 4096));
  app.add_option("--passes", options.passes, "Times to send the list")
      ->check(CLI::Range(1, 1000000));
  app.add_option("--save", options.save, "Folder for the answers' bodies, named 00000, 00001, ...");
  CLI11_PARSE(app, argc, argv);

  std::ifstream file(list);
  const auto requests = ReadRequests(file);
  if (!requests) {
    std::cerr << "whittle_load: " << list << ": " << requests.error() << "\n";
    return 2;
  }
  auto outcome = RunLoad(*requests, options);
  if (!outcome) {
    std::cerr << "whittle_load: " << outcome.error() << "\n";
    return 1;
  }
  std::cout << Report(*std::move(outcome)).dump() << "\n";
  return 0;
}
