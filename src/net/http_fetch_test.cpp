#include "net/http_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

#include "support/support.h"

namespace bonafide::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using ::testing::HasSubstr;

/// Answers raw text to raw text on the loopback, one connection after another, until it goes.
class Server {
 public:
  using Answer = std::function<std::string(const std::string& request)>;

  explicit Server(Answer answer, const std::string& certificate = {})
      : answer_(std::move(answer)), acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    if (!certificate.empty()) {
      settings_.emplace(asio::ssl::context::tls_server);
      settings_->use_certificate_chain_file(certificate);
      settings_->use_private_key_file(certificate, asio::ssl::context::pem);
    }
    port_ = acceptor_.local_endpoint().port();
    thread_ = std::thread([this] { serve(); });
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    over_ = true;
    error_code ignored;
    asio::io_context context;
    tcp::socket(context).connect({asio::ip::address_v4::loopback(), port_}, ignored);  // wakes accept
    thread_.join();
  }
  std::string url(const std::string& path = "/", const std::string& host = "127.0.0.1") const {
    return (settings_ ? "https://" : "http://") + host + ":" + std::to_string(port_) + path;
  }
  std::vector<std::string> requests() const {
    const std::scoped_lock lock(guard_);
    return requests_;
  }

 private:
  void serve() {
    while (!over_) {
      error_code failure;
      tcp::socket socket(context_);
      acceptor_.accept(socket, failure);
      if (failure || over_) continue;
      if (!settings_) {
        converse(socket);
        continue;
      }
      asio::ssl::stream<tcp::socket&> stream(socket, *settings_);
      stream.handshake(asio::ssl::stream_base::server, failure);
      if (failure) continue;
      converse(stream);
      stream.shutdown(failure);
    }
  }
  template <typename Stream>
  void converse(Stream& stream) {
    std::string text;
    error_code failure;
    const std::size_t head = asio::read_until(stream, asio::dynamic_buffer(text), "\r\n\r\n", failure);
    if (failure) return;
    if (const auto at = text.find("Content-Length: "); at < head) {
      const std::size_t body = std::stoul(text.substr(at + 16));
      if (text.size() < head + body) {
        asio::read(stream, asio::dynamic_buffer(text), asio::transfer_exactly(head + body - text.size()), failure);
      }
    }
    {
      const std::scoped_lock lock(guard_);
      requests_.push_back(text);
    }
    asio::write(stream, asio::buffer(answer_(text)), failure);
  }

  Answer answer_;
  asio::io_context context_;
  std::optional<asio::ssl::context> settings_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::atomic<bool> over_ = false;
  mutable std::mutex guard_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string sent_on(const std::string& place, int status = 302) {
  return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + place + "\r\nContent-Length: 0\r\n\r\n";
}

Server::Answer always(std::string text) {
  return [text = std::move(text)](const std::string&) { return text; };
}

HttpRequest get(const std::string& url, int seconds = 10) {
  HttpRequest request;
  request.url = url;
  request.seconds = seconds;
  return request;
}

std::string text_of(const Result<Bytes>& answer) {
  return answer ? std::string(as_text(*answer)) : "error: " + answer.error().message;
}

TEST(HttpFetch, GetAndPost) {
  const Server server(always(ok("answer")));
  const Fetch fetch = http_fetch({.named = {server.url()}});
  HttpRequest request = get(server.url("/a/b?c=d#e"));
  request.accept = "application/x-wanted";
  EXPECT_EQ(text_of(fetch(request)), "answer");
  request.body = {'q', 0, 'x'};
  request.content_type = "application/x-asked";
  EXPECT_EQ(text_of(fetch(request)), "answer");
  const auto seen = server.requests();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_THAT(seen[0], HasSubstr("GET /a/b?c=d HTTP/1.1\r\n"));
  EXPECT_THAT(seen[0], HasSubstr("Host: 127.0.0.1:"));
  EXPECT_THAT(seen[0], HasSubstr("Accept: application/x-wanted\r\n"));
  EXPECT_THAT(seen[1], HasSubstr("POST /a/b?c=d HTTP/1.1\r\n"));
  EXPECT_THAT(seen[1], HasSubstr("Content-Type: application/x-asked\r\n"));
  EXPECT_TRUE(seen[1].ends_with(std::string("\r\n\r\nq\0x", 7)));
}

TEST(HttpFetch, OtherFormsOfBodies) {
  const Server chunked(always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  EXPECT_EQ(text_of(http_fetch({.named = {chunked.url()}})(get(chunked.url()))), "abcde");
  const Server until_closed(always("HTTP/1.0 200 OK\r\n\r\nto the end"));
  EXPECT_EQ(text_of(http_fetch({.named = {until_closed.url()}})(get(until_closed.url()))), "to the end");
}

TEST(HttpFetch, NothingPrivateUnlessNamed) {
  const Server server(always(ok("secret")));
  for (const std::string host : {"127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]"}) {
    const auto answer = http_fetch()(get(server.url("/", host)));
    ASSERT_FALSE(answer) << host;
    EXPECT_EQ(answer.error().code, Code::denied) << host << ": " << answer.error().message;
  }
  // another port, host or scheme of the same machine is not what was named
  EXPECT_FALSE(http_fetch({.named = {"http://127.0.0.1:1/"}})(get(server.url())));
  EXPECT_FALSE(http_fetch({.named = {server.url("/", "localhost")}})(get(server.url())));
  EXPECT_TRUE(server.requests().empty());
  EXPECT_EQ(text_of(http_fetch({.named = {server.url("/other")}})(get(server.url()))), "secret");
}

TEST(HttpFetch, Redirects) {
  const Server server([](const std::string& request) {
    if (request.starts_with("GET /1 ")) return sent_on("/2", 301);
    if (request.starts_with("GET /2 ")) return sent_on("3?x", 307);
    if (request.starts_with("GET /3?x "))
      return sent_on("//127.0.0.1:" + request.substr(request.find("127.0.0.1:") + 10, 5) + "/4", 308);
    if (request.starts_with("GET /4 ")) return ok("there");
    if (request.starts_with("POST /p ")) return sent_on("/q", 307);
    if (request.starts_with("POST /q ")) return ok("posted");
    if (request.starts_with("GET /none ")) return std::string("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
    return sent_on("/again");
  });
  const Fetch fetch = http_fetch({.named = {server.url()}});
  EXPECT_EQ(text_of(fetch(get(server.url("/1")))), "there");
  EXPECT_THAT(text_of(fetch(get(server.url("/again")))), HasSubstr("too often"));
  EXPECT_THAT(text_of(fetch(get(server.url("/none")))), HasSubstr("error"));
  HttpRequest post = get(server.url("/p"));
  post.body = {'x'};
  EXPECT_EQ(text_of(fetch(post)), "posted");
  post.url = server.url("/other");  // 302 would make a GET of it
  EXPECT_THAT(text_of(fetch(post)), HasSubstr("HTTP status 302"));
}

TEST(HttpFetch, ARedirectLeadsNowhereInside) {
  const Server inside(always(ok("secret")));
  for (const std::string& place : {inside.url(), std::string("http://169.254.169.254/latest/meta-data"),
                                  std::string("http://[::1]:1/"), std::string("http://10.0.0.1/")}) {
    const Server outside(always(sent_on(place)));
    const auto answer = http_fetch({.named = {outside.url()}})(get(outside.url(), 5));
    ASSERT_FALSE(answer) << place;
    EXPECT_EQ(answer.error().code, Code::denied) << answer.error().message;
  }
  const Server file(always(sent_on("file:///etc/passwd")));
  EXPECT_FALSE(http_fetch({.named = {file.url()}})(get(file.url())));
  EXPECT_TRUE(inside.requests().empty());
}

TEST(HttpFetch, OnlyStatus200) {
  for (const std::string status : {"204 No Content", "404 Not Found", "500 Broken", "206 Partial Content"}) {
    const Server server(always("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n"));
    const auto answer = http_fetch({.named = {server.url()}})(get(server.url()));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::unavailable);
    EXPECT_EQ(answer.error().message, "127.0.0.1: HTTP status " + status.substr(0, 3));
  }
}

TEST(HttpFetch, TooMuch) {
  const std::string body(2000, 'x');
  HttpRequest request;
  request.most = 2000;
  const auto code = [&](const std::string& text) {
    const Server server(always(text));
    request.url = server.url();
    const auto answer = http_fetch({.named = {server.url()}})(request);
    return answer ? Code::internal : answer.error().code;
  };
  EXPECT_EQ(code(ok(body)), Code::internal);  // no error
  EXPECT_EQ(code(ok(body + "x")), Code::limit);
  EXPECT_EQ(code("HTTP/1.1 200 OK\r\n\r\n" + body + "x"), Code::limit);
  EXPECT_EQ(code("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n" + std::string(0xfff, 'x')),
            Code::limit);
  EXPECT_EQ(code("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n"), Code::limit);
  EXPECT_EQ(code("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"), Code::unavailable);
}

TEST(HttpFetch, BrokenAnswers) {
  for (const std::string text : {"", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
                                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const Server server(always(text));
    const auto answer = http_fetch({.named = {server.url()}})(get(server.url()));
    ASSERT_FALSE(answer) << text;
    EXPECT_EQ(answer.error().code, Code::unavailable) << answer.error().message;
  }
}

TEST(HttpFetch, TooLong) {
  const Server server([](const std::string&) {
    std::this_thread::sleep_for(std::chrono::seconds(3));
    return ok("late");
  });
  const auto start = std::chrono::steady_clock::now();
  const auto answer = http_fetch({.named = {server.url()}})(get(server.url(), 1));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("within 1 s"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(2500));
}

TEST(HttpFetch, NobodyThere) {
  std::string closed;
  {
    const Server server(always(""));
    closed = server.url();
  }
  const auto answer = http_fetch({.named = {closed}})(get(closed));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::unavailable);
  const auto unknown = http_fetch()(get("http://no-such-host.invalid/"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::unavailable);
  EXPECT_EQ(http_fetch()(get("ftp://example.org")).error().code, Code::invalid_argument);
}

std::string certificate(const std::string& names) {
  return bonafide::testing::made(
      "server.pem",
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=test "
      "-addext subjectAltName=" +
          names + " -keyout \"$OUT.key\" -out \"$OUT.crt\" 2>/dev/null && cat \"$OUT.key\" \"$OUT.crt\" >\"$OUT\"");
}

TEST(HttpFetch, Tls) {
  const std::string mine = certificate("DNS:localhost,IP:127.0.0.1");
  const Server server(always(ok("secured")), mine);
  const std::vector<std::string> named = {server.url(), server.url("/", "localhost")};
  EXPECT_EQ(text_of(http_fetch({.named = named, .authorities = mine})(get(server.url()))), "secured");
  EXPECT_EQ(text_of(http_fetch({.named = named, .authorities = mine})(get(server.url("/", "localhost")))), "secured");

  const auto unknown = http_fetch({.named = named, .authorities = {}})(get(server.url()));  // the system's
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::unavailable);
  EXPECT_THAT(unknown.error().message, HasSubstr("no trustworthy connection"));
  EXPECT_FALSE(http_fetch({.named = named, .authorities = "/no/such/file.pem"})(get(server.url())));
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(HttpFetch, TlsUnderAnotherName) {
  const std::string other = certificate("DNS:example.org");
  const Server server(always(ok("secured")), other);
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    const std::string url = server.url("/", host);
    const auto answer = http_fetch({.named = {url}, .authorities = other})(get(url));
    ASSERT_FALSE(answer) << host;
    EXPECT_THAT(answer.error().message, HasSubstr("no trustworthy connection"));
  }
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpFetch, NeverFromHttpsToHttp) {
  const std::string mine = certificate("IP:127.0.0.1");
  const Server plain(always(ok("in the clear")));
  const Server server(always(sent_on(plain.url())), mine);
  const auto answer = http_fetch({.named = {server.url(), plain.url()}, .authorities = mine})(get(server.url()));
  EXPECT_THAT(text_of(answer), HasSubstr("from https to http"));
}

}  // namespace
}  // namespace bonafide::net
