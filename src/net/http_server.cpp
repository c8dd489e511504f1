#include "net/http_server.h"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

namespace bonafide::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;
using Parser = http::request_parser<http::vector_body<std::uint8_t>>;
using Response = http::response<http::vector_body<std::uint8_t>>;

std::string text_of(beast::string_view text) { return {text.data(), text.size()}; }

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return text;
}

/// The head as the service sees it.
WebRequest request_of(const http::request_header<>& head, const std::string& address) {
  WebRequest request;
  request.method = text_of(head.method_string());
  const std::string target = text_of(head.target());
  const auto question = std::min(target.find('?'), target.size());
  request.path = target.substr(0, question);
  if (question < target.size()) request.query = target.substr(question + 1);
  const std::string authorization = text_of(head[http::field::authorization]);
  if (lower(authorization.substr(0, 7)) == "bearer ") request.token = authorization.substr(7);
  std::string type = lower(text_of(head[http::field::content_type]));
  type.resize(std::min(type.find(';'), type.size()));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  request.type = std::move(type);
  request.accept = text_of(head[http::field::accept]);
  request.address = address;
  return request;
}

/// What is wrong with a head that parsed: "" when nothing is.
std::string_view objection(const http::request_header<>& head) {
  if (head.version() != 11 && head.version() != 10) return "only HTTP/1.0 and HTTP/1.1 are spoken here";
  if (head.version() == 11 && head.count(http::field::host) != 1) return "exactly one Host is needed";
  if (head.count(http::field::authorization) > 1) return "more than one Authorization";
  if (head.count(http::field::content_length) > 0 && head.count(http::field::transfer_encoding) > 0)
    return "both Content-Length and Transfer-Encoding";  // RFC 9112 section 6.1: how requests are smuggled
  if (head.target().empty() || head.target().front() != '/') return "the target is not a path";
  return {};
}

int status_of(const error_code& failure) {
  if (failure == http::error::header_limit || failure == http::error::buffer_overflow) return 431;
  if (failure == http::error::body_limit) return 413;
  return 400;
}

std::string words_of(const error_code& failure) {
  switch (status_of(failure)) {
    case 431: return "the head of the request is too large";
    case 413: return "the body is too large";
    default: return "not a request: " + failure.message();
  }
}

class Server {
 public:
  Server(const ServeOptions& options, const WebService& service)
      : options_(options), service_(service), pool_(static_cast<std::size_t>(std::max(options.workers, 1))) {}

  Result<void> run(std::stop_token stop, const std::function<void(std::uint16_t)>& listening) {
    TRY(open());
    if (listening) listening(acceptor_.local_endpoint().port());
    asio::co_spawn(context_, accept(), asio::detached);
    {
      const std::stop_callback stopped(stop, [this] { asio::post(context_, [this] { begin_to_end(); }); });
      context_.run();  // until the last connection is gone
    }
    pool_.join();
    return {};
  }

 private:
  struct Connection {
    explicit Connection(tcp::socket socket) : stream(std::move(socket)) {}
    beast::tcp_stream stream;
    std::string address;
    bool idle = true;  ///< nothing of a request has come yet
  };
  using Place = std::list<std::shared_ptr<Connection>>::iterator;

  Result<void> open() {
    error_code failure;
    const auto address = asio::ip::make_address(options_.address, failure);
    if (failure) return make_error(Code::invalid_argument, "not an address to listen on: " + options_.address);
    const tcp::endpoint endpoint(address, options_.port);
    acceptor_.open(endpoint.protocol(), failure);
    if (!failure) acceptor_.set_option(asio::socket_base::reuse_address(true), failure);
    if (!failure) acceptor_.bind(endpoint, failure);
    if (!failure) acceptor_.listen(asio::socket_base::max_listen_connections, failure);
    if (failure)
      return make_error(Code::unavailable, "cannot listen on " + options_.address + ":" +
                                               std::to_string(options_.port) + ": " + failure.message());
    return {};
  }

  asio::awaitable<void> accept() {
    while (!ending_) {
      error_code failure;
      tcp::socket socket(context_);
      co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, failure));
      if (ending_) break;
      if (failure) {  // no descriptors left, most likely: let some go
        asio::steady_timer pause(context_, std::chrono::milliseconds(50));
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failure));
        continue;
      }
      const auto peer = socket.remote_endpoint(failure);
      if (failure) continue;
      socket.set_option(tcp::no_delay(true), failure);
      auto connection = std::make_shared<Connection>(std::move(socket));
      connection->address = peer.address().to_string();
      connections_.push_front(connection);
      const std::size_t of_his = ++of_address_[connection->address];
      const bool full = connections_.size() > options_.most_connections || of_his > options_.most_of_one_address;
      asio::co_spawn(context_, attend(connections_.begin(), full), asio::detached);
    }
  }

  asio::awaitable<void> attend(Place place, bool full) {
    const std::shared_ptr<Connection> connection = *place;
    try {
      if (full) {
        co_await send(*connection, 11, service_.complain(503, "too many connections"), false, false);
        co_await drain(*connection);
      } else {
        beast::flat_buffer buffer(options_.most_head + 64 * 1024);
        while (co_await exchange(*connection, buffer)) {
        }
      }
    } catch (const std::exception&) {  // out of memory, or a socket that broke in an odd way: this connection ends
    }
    error_code ignored;
    connection->stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
    connection->stream.close();
    if (--of_address_[connection->address] == 0) of_address_.erase(connection->address);
    connections_.erase(place);
    if (ending_ && connections_.empty()) grace_.cancel();
  }

  /// One request and its answer; false: the connection is to end.
  asio::awaitable<bool> exchange(Connection& connection, beast::flat_buffer& buffer) {
    Parser parser;
    parser.header_limit(options_.most_head);
    parser.body_limit(boost::none);
    connection.idle = buffer.size() == 0;
    connection.stream.expires_after(std::chrono::seconds(options_.head_seconds));
    error_code failure;
    co_await http::async_read_header(connection.stream, buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, failure));
    connection.idle = false;
    const auto start = SteadyClock::now();
    if (failure) {
      const bool nothing_came = failure == http::error::end_of_stream || failure == asio::error::operation_aborted ||
                                failure == asio::error::connection_reset || failure == beast::error::timeout;
      if (!nothing_came) co_await complain(connection, failure, start);
      co_return false;
    }
    WebRequest request = request_of(parser.get(), connection.address);
    const unsigned version = parser.get().version();
    const bool head_only = parser.get().method() == http::verb::head;
    if (const auto wrong = objection(parser.get()); !wrong.empty()) {
      co_await finish(connection, version, request, service_.complain(400, std::string(wrong)), false, head_only,
                      start);
      co_await drain(connection);
      co_return false;
    }
    const bool keep = parser.get().keep_alive() && !ending_;
    const WebAdmission admission = service_.admit(request);
    const bool has_body = !parser.is_done();
    const bool too_large = parser.content_length() && *parser.content_length() > admission.most_body;
    if (admission.refused || too_large) {
      const WebAnswer answer = admission.refused ? admission.answer : service_.complain(413, "the body is too large");
      co_await finish(connection, version, request, answer, keep && !has_body, head_only, start);
      if (has_body) co_await drain(connection);
      co_return keep && !has_body;
    }
    if (has_body && !co_await read_body(connection, buffer, parser, admission.most_body, start)) co_return false;
    request.body = std::move(parser.get().body());
    connection.stream.expires_never();
    const WebAnswer answer = co_await asio::co_spawn(pool_, answered(request), asio::use_awaitable);
    const bool stay = keep && !ending_;
    co_await finish(connection, version, request, answer, stay, head_only, start);
    co_return stay;
  }

  asio::awaitable<bool> read_body(Connection& connection, beast::flat_buffer& buffer, Parser& parser,
                                  std::uint64_t most, SteadyClock::time_point start) {
    error_code failure;
    parser.body_limit(most);
    connection.stream.expires_after(std::chrono::seconds(options_.body_seconds));
    if (lower(text_of(parser.get()[http::field::expect])) == "100-continue") {
      http::response<http::empty_body> go_on(http::status::continue_, 11);
      co_await http::async_write(connection.stream, go_on, asio::redirect_error(asio::use_awaitable, failure));
      if (failure) co_return false;
    }
    co_await http::async_read(connection.stream, buffer, parser, asio::redirect_error(asio::use_awaitable, failure));
    if (failure && failure != beast::error::timeout) co_await complain(connection, failure, start);
    co_return !failure;
  }

  asio::awaitable<WebAnswer> answered(const WebRequest& request) {
    std::string why;
    try {
      co_return service_.answer(request);
    } catch (const std::exception& error) {
      why = error.what();
    }
    co_return service_.complain(500, "unexpected failure: " + why);
  }

  asio::awaitable<void> complain(Connection& connection, const error_code& failure, SteadyClock::time_point start) {
    WebRequest nothing;
    nothing.method = "-";
    nothing.path = "-";
    nothing.address = connection.address;
    const WebAnswer answer = service_.complain(status_of(failure), words_of(failure));
    co_await finish(connection, 11, nothing, answer, false, false, start);
    co_await drain(connection);
  }

  asio::awaitable<void> finish(Connection& connection, unsigned version, const WebRequest& request,
                               const WebAnswer& answer, bool keep, bool head_only, SteadyClock::time_point start) {
    co_await send(connection, version, answer, keep, head_only);
    if (!service_.seen) co_return;
    service_.seen({request.method, request.path, request.address, answer.status, request.body.size(),
                   head_only ? 0 : answer.body.size(),
                   std::chrono::duration<double>(SteadyClock::now() - start).count()});
  }

  asio::awaitable<void> send(Connection& connection, unsigned version, const WebAnswer& answer, bool keep,
                             bool head_only) {
    Response response(static_cast<http::status>(answer.status), version);
    response.set(http::field::server, "bonafide");
    response.set(http::field::content_type, answer.type);
    response.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : answer.headers) response.set(name, value);
    response.keep_alive(keep);
    if (answer.status != 204 && answer.status != 304) response.content_length(answer.body.size());
    if (!head_only) response.body() = answer.body;
    connection.stream.expires_after(std::chrono::seconds(options_.send_seconds));
    error_code failure;
    http::response_serializer<http::vector_body<std::uint8_t>> serializer(response);
    if (head_only) {
      co_await http::async_write_header(connection.stream, serializer,
                                        asio::redirect_error(asio::use_awaitable, failure));
    } else {
      co_await http::async_write(connection.stream, serializer, asio::redirect_error(asio::use_awaitable, failure));
    }
    if (failure) connection.stream.close();
  }

  /// Takes in a little of what still comes, or the answer would be lost to the reset that unread bytes bring about.
  asio::awaitable<void> drain(Connection& connection) {
    error_code failure;
    connection.stream.socket().shutdown(tcp::socket::shutdown_send, failure);
    connection.stream.expires_after(std::chrono::seconds(1));
    std::array<char, 8192> bin{};
    for (int i = 0; i < 64 && !failure; ++i)
      co_await connection.stream.async_read_some(asio::buffer(bin), asio::redirect_error(asio::use_awaitable, failure));
  }

  void begin_to_end() {
    if (ending_) return;
    ending_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    for (const auto& connection : connections_)
      if (connection->idle) connection->stream.cancel();
    if (connections_.empty()) return;
    grace_.expires_after(std::chrono::seconds(options_.grace_seconds));
    grace_.async_wait([this](const error_code& cancelled) {
      if (cancelled) return;
      for (const auto& connection : connections_) connection->stream.cancel();
    });
  }

  const ServeOptions& options_;
  const WebService& service_;
  asio::io_context context_{1};
  asio::thread_pool pool_;
  tcp::acceptor acceptor_{context_};
  asio::steady_timer grace_{context_};
  std::list<std::shared_ptr<Connection>> connections_;
  std::map<std::string, std::size_t> of_address_;
  bool ending_ = false;
};

}  // namespace

Result<void> http_serve(const ServeOptions& options, const WebService& service, std::stop_token stop,
                        const std::function<void(std::uint16_t port)>& listening) {
  try {
    return Server(options, service).run(std::move(stop), listening);
  } catch (const std::exception& failure) {
    return make_error(Code::unavailable, std::string("the network cannot be used: ") + failure.what());
  }
}

}  // namespace bonafide::net
