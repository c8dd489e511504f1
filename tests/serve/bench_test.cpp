// How many entries a second are registered over HTTP: run by bench/log_http.sh, not by the tests.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "world.h"

namespace bonafide::serving {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// 8 KiB appended and synced, again and again: what the disk gives to who waits each time.
double raw_syncs(const std::string& path, double seconds) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const Bytes block(8192, 7);
  const auto start = Clock::now();
  int count = 0;
  while (seconds_since(start) < seconds && ::write(file, block.data(), block.size()) == 8192 && ::fsync(file) == 0)
    ++count;
  ::close(file);
  return count / seconds_since(start);
}

/// Posts entries over one connection that stays open; counts what was acknowledged.
void client(const World& world, std::uint16_t port, int who, Clock::time_point until, std::atomic<int>& added) {
  namespace http = boost::beast::http;
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket(context);
  socket.connect({boost::asio::ip::address_v4::loopback(), port});
  socket.set_option(boost::asio::ip::tcp::no_delay(true));
  boost::beast::flat_buffer buffer;
  for (int i = 0; Clock::now() < until; ++i) {
    http::request<http::vector_body<std::uint8_t>> request(http::verb::post, "/add", 11);
    request.set(http::field::host, "127.0.0.1");
    request.set(http::field::authorization, "Bearer " + world.token);
    request.set(http::field::content_type, "application/cose");
    request.body() = world.entry(who * 1'000'000 + i);
    request.prepare_payload();
    http::write(socket, request);
    http::response<http::string_body> response;
    http::read(socket, buffer, response);
    if (response.result_int() == 200) ++added;
  }
}

TEST(LogHttpBench, DISABLED_AddsPerSecond) {
  const char* const wanted = std::getenv("BONAFIDE_BENCH_SECONDS");
  const double seconds = wanted == nullptr ? 5 : std::atof(wanted);
  for (const int clients : {1, 16, 64}) {
    World world;
    const auto service = world.open();
    const Running server(service->service());
    const double syncs = raw_syncs(world.folder.file("raw"), seconds / 2);
    std::atomic<int> added = 0;
    const auto start = Clock::now();
    {
      std::vector<std::jthread> threads;
      for (int who = 0; who < clients; ++who)
        threads.emplace_back([&, who] {
          client(world, server.port(), who, start + std::chrono::milliseconds(static_cast<int>(seconds * 1000)), added);
        });
    }
    const double rate = added / seconds_since(start);
    const auto report = app::log_fsck(world.place, {});
    ASSERT_TRUE(report && report->faults.empty());
    EXPECT_EQ(report->entries, static_cast<std::uint64_t>(added));
    fmt::print(
        "{{\"clients\": {}, \"adds_per_second\": {:.0f}, \"raw_8k_fsyncs_per_second\": {:.0f}, \"entries\": {}}}\n",
        clients, rate, syncs, report->entries);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace bonafide::serving
