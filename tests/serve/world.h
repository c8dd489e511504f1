// What the tests of the served log share: a log, an issuer, tokens, and servers on the loopback.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/credential/keys.h"
#include "app/log/opened.h"
#include "app/serve/log_service.h"
#include "app/serve/witness_service.h"
#include "base/files.h"
#include "base/json.h"
#include "net/http_fetch.h"
#include "net/http_server.h"
#include "support/support.h"

namespace bonafide::serving {

namespace tlog = provenance::log;

/// A service that listens on a free port until the object goes.
class Running {
 public:
  explicit Running(WebService service, ServeOptions options = {}) : service_(std::move(service)), options_(options) {
    options_.port = 0;
    std::promise<std::uint16_t> port;
    auto told = port.get_future();
    thread_ = std::thread([this, &port] {
      const auto served = net::http_serve(options_, service_, source_.get_token(),
                                          [&](std::uint16_t number) { port.set_value(number); });
      EXPECT_TRUE(served) << served.error().message;
    });
    port_ = told.get();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { stop(); }
  void stop() {
    source_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  void begin_to_stop() { source_.request_stop(); }
  std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  std::uint16_t port() const { return port_; }

 private:
  WebService service_;
  ServeOptions options_;
  std::stop_source source_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// Sends text as it is and reads until the server closes, or for so long.
inline std::string raw(std::uint16_t port, const std::string& text, bool half_close = false) {
  namespace asio = boost::asio;
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  socket.connect({asio::ip::address_v4::loopback(), port});
  boost::system::error_code failure;
  asio::write(socket, asio::buffer(text), failure);
  if (half_close) socket.shutdown(asio::ip::tcp::socket::shutdown_send, failure);
  std::string answer;
  asio::read(socket, asio::dynamic_buffer(answer), failure);
  return answer;
}
inline int status_of(const std::string& answer) {
  return answer.size() > 12 && answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

/// A log with an issuer and a token.
struct World {
  bonafide::testing::TemporaryFolder folder;
  app::LogPlace place{.folder = folder.file("log"), .keep = folder.file("kept")};
  std::string key, policy, token;
  std::shared_ptr<const crypto::Signer> issuer;
  Context context;
  int made = 0;

  World() {
    EXPECT_TRUE(
        app::new_keys({.folder = folder.file("keys"), .name = "Ada", .organization = "Example", .passphrase = {}}));
    const auto log = app::log_init(place, "example.org/log");
    EXPECT_TRUE(log) << log.error().message;
    key = log->key;
    policy = log->policy;
    token = *app::new_token({.file = folder.file("kept/tokens"), .name = "news", .roles = {"add", "metrics"}});
    app::KeySource source;
    source.folder = folder.file("keys");
    auto signer = app::open_signer(source);
    EXPECT_TRUE(signer);
    issuer = std::move(*signer);
  }
  Bytes entry(int number) const {
    tlog::Entry one;
    one.asset_commitment = tlog::leaf_hash(as_bytes("work " + std::to_string(number)));
    return *tlog::sign_entry(one, *issuer);
  }
  Bytes entry() { return entry(made++); }
  std::unique_ptr<app::LogService> open(app::LogServeRequest request = {}) const {
    request.place = place;
    request.address_rate = 0;
    request.token_rate = 0;
    auto service = app::LogService::open(std::move(request));
    EXPECT_TRUE(service) << service.error().message;
    return service ? std::move(*service) : nullptr;
  }
};

inline HttpAnswer ask(const HttpQuestion& request) {
  const auto answer = net::http_ask({.named = {request.url}})(request);
  EXPECT_TRUE(answer) << answer.error().message << " " << request.url;
  return answer ? *answer : HttpAnswer{};
}
inline HttpAnswer get(const std::string& url, const std::string& token = {}, const std::string& accept = {}) {
  HttpQuestion request;
  request.url = url;
  request.token = token;
  request.accept = accept;
  return ask(request);
}
inline HttpAnswer post(const std::string& url, const Bytes& body, const std::string& token, const std::string& type,
                       const std::string& accept = {}) {
  HttpQuestion request;
  request.url = url;
  request.body = body;
  request.token = token;
  request.content_type = type;
  request.accept = accept;
  return ask(request);
}
inline std::string text_of(const HttpAnswer& answer) { return std::string(as_text(answer.body)); }
inline Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace bonafide::serving
