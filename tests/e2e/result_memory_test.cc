// Results are of the memory budget until the kernel has their last byte.
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {

constexpr const char* kHeld = "whittle_memory_bytes{use=\"result\"}";
constexpr const char* kJobs = "whittle_memory_bytes{use=\"job\"}";

// 24 clients that read nothing of one result made 2.9 GB, which nobody counted.
TEST(ResultMemory, IsHeldAsLongAsAClientReadsAndNoLonger) {
  app::Settings settings = PatientSettings();
  settings.service.cache_bytes = 0;
  TestServer server(settings);
  server.Add("photo.jpg", EncodeJpeg(Photo(300, 200)).view());
  HttpClient client = server.Connect();
  client.Send(HttpClient::Request("GET", "/resize/4000/0/photo.jpg?enlarge=1&format=raw"));
  constexpr double kBytes = 4000.0 * 2667 * 3;
  while (server.Metric(kHeld) < kBytes) std::this_thread::yield();
  EXPECT_LT(server.Metric(kHeld), 1.2 * kBytes);
  EXPECT_TRUE(server.Becomes(kJobs, 0)) << "the job's memory is the result's now";
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_TRUE(server.Becomes(kHeld, 0)) << "the connection is kept, the result is not";
}

TEST(ResultMemory, GoesWithItsClient) {
  app::Settings settings = PatientSettings();
  settings.service.cache_bytes = 0;
  TestServer server(settings);
  server.Add("photo.jpg", EncodeJpeg(Photo(300, 200)).view());
  HttpClient client = server.Connect();
  client.Send(HttpClient::Request("GET", "/resize/4000/0/photo.jpg?enlarge=1&format=raw"));
  while (server.Metric(kHeld) == 0) std::this_thread::yield();
  client.Reset();
  EXPECT_TRUE(server.Becomes(kHeld, 0));
}

// Two 36-byte files killed a container of 512 MB.
TEST(ResultMemory, WhatDoesNotFitAtOnceWaitsAndWhatNeverFitsIsRefused) {
  app::Settings settings = PatientSettings();
  settings.service.cache_bytes = 0;
  settings.service.workers = 4;
  settings.service.memory_budget = 100ULL << 20;
  TestServer server(settings);
  server.Add("photo.jpg", EncodeJpeg(Photo(300, 200)).view());
  const auto request = [](int side) {
    return HttpClient::Request(
        "GET", "/resize/" + std::to_string(side) + "/0/photo.jpg?enlarge=1&format=raw");
  };
  std::vector<HttpClient> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(server.Connect());
    clients.back().Send(request(3000 + i));  // 18 MB each, and as much again while they are made
  }
  for (HttpClient& client : clients) EXPECT_EQ(client.Read().status, 200);
  HttpClient large = server.Connect();
  large.Send(request(8000));  // 128 MB
  EXPECT_EQ(large.Read().status, 413);
}

}  // namespace
}  // namespace whittle::test
