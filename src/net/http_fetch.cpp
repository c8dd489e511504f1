#include "net/http_fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "net/address.h"
#include "net/url.h"

namespace bonafide::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;
using Message = http::response<http::vector_body<std::uint8_t>>;
using Secured = asio::ssl::stream<tcp::socket&>;

constexpr int kMostRedirects = 3;
constexpr std::uint32_t kMostHeaderBytes = 64 * 1024;

Error unavailable(const Url& url, std::string_view what) {
  return make_error(Code::unavailable, fmt::format("{}: {}", url.host, what));
}

bool is_public(const asio::ip::address& address) {
  if (address.is_v4()) return is_public_address(address.to_v4().to_bytes());
  return is_public_address(address.to_v6().to_bytes());
}

/// One request to one server. Asio knows time limits only for what runs asynchronously, so each step is started and
/// then run until it is done or the time is over.
class Exchange {
 public:
  Exchange(const Url& url, const HttpQuestion& request, SteadyClock::time_point until)
      : url_(url), request_(request), until_(until), socket_(context_) {}

  Result<Message> run(bool any_address, const std::string& authorities, bool with_token) {
    with_token_ = with_token && !request_.token.empty();
    TRY(connect(any_address));
    if (!url_.secure) return converse(socket_);
    asio::ssl::context settings(asio::ssl::context::tls_client);
    TRY(prepare(settings, authorities));
    Secured stream(socket_, settings);
    TRY(shake_hands(stream));
    return converse(stream);
  }

 private:
  struct Step {
    bool done = false;
    error_code failure;
  };

  /// `start` is given a handler and begins one asynchronous operation with it.
  template <typename Start>
  Result<error_code> finish(const Start& start) {
    const auto step = std::make_shared<Step>();
    start([step](const error_code& failure, auto&&...) {
      step->done = true;
      step->failure = failure;
    });
    context_.restart();
    context_.run_until(until_);
    if (step->done) return step->failure;
    error_code ignored;
    socket_.close(ignored);  // ends the operation while what it works on is still there
    context_.restart();
    context_.run();
    return unavailable(url_, fmt::format("no answer within {} s", request_.seconds));
  }

  Result<void> connect(bool any_address) {
    const auto found = std::make_shared<tcp::resolver::results_type>();
    tcp::resolver resolver(context_);
    const error_code unknown = TRY(finish([&](auto handler) {
      resolver.async_resolve(url_.host, std::to_string(url_.port), tcp::resolver::numeric_service,
                             [found, handler](const error_code& failure, const tcp::resolver::results_type& results) {
                               *found = results;
                               handler(failure);
                             });
    }));
    if (unknown || found->empty()) return unavailable(url_, "there is no such host");
    std::vector<tcp::endpoint> endpoints;
    for (const auto& entry : *found) {
      if (any_address || is_public(entry.endpoint().address())) endpoints.push_back(entry.endpoint());
    }
    if (endpoints.empty()) {
      return make_error(Code::denied, url_.host +
                                          " lies on this machine or in its network, where only a URL that you "
                                          "name yourself may lead");
    }
    const error_code refused = TRY(finish([&](auto handler) { asio::async_connect(socket_, endpoints, handler); }));
    if (refused) return unavailable(url_, "it does not let us connect (" + refused.message() + ")");
    return {};
  }

  static Result<void> prepare(asio::ssl::context& settings, const std::string& authorities) {
    error_code failure;
    settings.set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1, failure);
    if (!failure && authorities.empty()) settings.set_default_verify_paths(failure);
    if (!failure && !authorities.empty()) settings.load_verify_file(authorities, failure);
    if (!failure) settings.set_verify_mode(asio::ssl::verify_peer, failure);
    if (failure) return make_error(Code::unavailable, "the certificates that https is checked against cannot be read");
    return {};
  }

  Result<void> shake_hands(Secured& stream) {
    error_code failure;
    stream.set_verify_callback(asio::ssl::host_name_verification(url_.host), failure);
    asio::ip::make_address(url_.host, failure);
    const bool named = failure.failed();  // RFC 6066 section 3: no literal addresses in server_name
    std::string name = url_.host;         // as SSL_set_tlsext_host_name does, whose macro casts in C's way
    if (named &&
        SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) != 1) {
      return unavailable(url_, "TLS cannot be set up");
    }
    const error_code refused =
        TRY(finish([&](auto handler) { stream.async_handshake(asio::ssl::stream_base::client, handler); }));
    if (refused) return unavailable(url_, "no trustworthy connection (" + refused.message() + ")");
    return {};
  }

  template <typename Stream>
  Result<Message> converse(Stream& stream) {
    const bool get = request_.body.empty();
    http::request<http::vector_body<std::uint8_t>> message(get ? http::verb::get : http::verb::post, url_.target, 11);
    message.set(http::field::host, url_.authority());
    message.set(http::field::user_agent, "bonafide");
    message.set(http::field::connection, "close");
    if (!request_.accept.empty()) message.set(http::field::accept, request_.accept);
    if (with_token_) message.set(http::field::authorization, "Bearer " + request_.token);
    if (!get) message.set(http::field::content_type, request_.content_type);
    message.body() = request_.body;
    message.prepare_payload();
    const error_code unsent = TRY(finish([&](auto handler) { http::async_write(stream, message, handler); }));
    if (unsent) return unavailable(url_, "the connection broke (" + unsent.message() + ")");

    boost::beast::flat_buffer buffer;
    http::response_parser<http::vector_body<std::uint8_t>> parser;
    parser.header_limit(kMostHeaderBytes);
    parser.body_limit(request_.most);
    const error_code unread = TRY(finish([&](auto handler) { http::async_read(stream, buffer, parser, handler); }));
    if (unread == http::error::body_limit) {
      return make_error(Code::limit, fmt::format("{} answered more than {} bytes", url_.host, request_.most));
    }
    if (unread) return unavailable(url_, "its answer broke off or is no HTTP (" + unread.message() + ")");
    return parser.release();
  }

  const Url& url_;
  const HttpQuestion& request_;
  SteadyClock::time_point until_;
  bool with_token_ = false;
  asio::io_context context_{1};
  tcp::socket socket_;
};

bool is_redirect(unsigned status, bool post) {
  // 301 to 303 make a GET of a POST in practice (RFC 9110 section 15.4), which would ask something else
  return status == 307 || status == 308 || (!post && status >= 301 && status <= 303);
}

bool is_named(const HttpOptions& options, const Url& url) {
  return std::ranges::any_of(options.named, [&](const std::string& each) {
    const auto parsed = parse_url(each);
    return parsed && parsed->origin() == url.origin();
  });
}

/// The last answer, and whose it is.
struct Followed {
  Url url;
  Message answer;
};

Result<Followed> follow(const HttpOptions& options, const HttpQuestion& request) {
  const auto until = SteadyClock::now() + std::chrono::seconds(request.seconds);
  if (!std::ranges::all_of(request.token, [](char c) { return c > ' ' && c < 0x7F; }))
    return make_error(Code::invalid_argument, "a token is one word of printable ASCII");
  Url url = TRY(parse_url(request.url));
  const std::string first = url.origin();
  for (int redirects = 0;; ++redirects) {
    Exchange exchange(url, request, until);
    Message answer = TRY(exchange.run(is_named(options, url), options.authorities, url.origin() == first));
    const bool post = !request.body.empty();
    if (!is_redirect(answer.result_int(), post)) return Followed{std::move(url), std::move(answer)};
    if (redirects == kMostRedirects) return unavailable(url, "it sends us on too often");
    const auto place = answer[http::field::location];
    if (place.empty()) return Followed{std::move(url), std::move(answer)};  // to nowhere: for the caller to judge
    Url next = TRY(parse_reference(url, std::string_view(place.data(), place.size())));
    if (url.secure && !next.secure) return unavailable(url, "it sends us from https to http");
    url = std::move(next);
  }
}

/// Asio throws where it has no error code to give.
template <typename Work>
auto guarded(const Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::exception& failure) {
    return make_error(Code::unavailable, std::string("the network cannot be used: ") + failure.what());
  }
}

}  // namespace

HttpAsk http_ask(HttpOptions options) {
  return [options = std::move(options)](const HttpQuestion& request) {
    return guarded([&]() -> Result<HttpAnswer> {
      Message answer = TRY(follow(options, request)).answer;
      const auto type = answer[http::field::content_type];
      return HttpAnswer{static_cast<int>(answer.result_int()), std::string(type.data(), type.size()),
                        std::move(answer.body())};
    });
  };
}

Fetch http_fetch(HttpOptions options) {
  return [options = std::move(options)](const HttpRequest& request) {
    return guarded([&]() -> Result<Bytes> {
      Followed last = TRY(follow(options, {request, {}}));
      if (last.answer.result_int() == 200) return std::move(last.answer.body());
      return unavailable(last.url, fmt::format("HTTP status {}", last.answer.result_int()));
    });
  };
}

}  // namespace bonafide::net
