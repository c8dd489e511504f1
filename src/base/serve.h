// Answering the network, seen from those who answer: requests in, answers out, no sockets. A front door that was told
// to may hand a WebService to whoever listens (net/http_server.h); nothing else in the house knows a port.
#pragma once
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace bonafide {

struct WebRequest {
  std::string method;   ///< "GET"
  std::string path;     ///< as it was sent, up to the question mark; nothing is decoded
  std::string query;    ///< behind it
  std::string token;    ///< of "Authorization: Bearer …"; empty: none
  std::string type;     ///< media type of the body, lower case, without parameters
  std::string accept;   ///< as it was sent
  std::string address;  ///< the client's, as text
  Bytes body;
};

struct WebAnswer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  Bytes body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< further ones
};

/// What is said to a request whose body has not been read yet.
struct WebAdmission {
  std::uint64_t most_body = 0;  ///< bytes of a body that are taken
  bool refused = false;         ///< `answer` is sent at once, and the connection closed if a body was announced
  WebAnswer answer = {};
};

/// A line for an access log.
struct WebSeen {
  std::string method, path, address;
  int status = 0;
  std::uint64_t received = 0, sent = 0;  ///< bytes of bodies
  double seconds = 0;
};

struct WebService {
  /// Must not block, and is called by one thread at a time. Its `body` is empty.
  std::function<WebAdmission(const WebRequest& head)> admit;
  /// May block; called by several threads at once.
  std::function<WebAnswer(const WebRequest& request)> answer;
  /// The answer to what was no request at all, or came too large or too often: 400, 413, 431, 500, 503.
  std::function<WebAnswer(int status, const std::string& why)> complain;
  std::function<void(const WebSeen& seen)> seen = {};  ///< after every answer; may be nothing
};

struct ServeOptions {
  std::string address = "127.0.0.1";  ///< of this machine; a numeric one
  std::uint16_t port = 8080;          ///< 0: any that is free
  int workers = 64;                   ///< threads that answer; waiting for the disk costs none of the processor
  std::size_t most_connections = 1024;
  std::size_t most_of_one_address = 512;
  std::uint32_t most_head = 16 * 1024;  ///< bytes of a request's head
  int head_seconds = 10;                ///< for a whole head to arrive, counted from the last answer
  int body_seconds = 30;                ///< for a whole body
  int send_seconds = 30;                ///< for an answer to be taken
  int grace_seconds = 20;               ///< after the stop: until what still runs is cut off
};

/// Listens until it is stopped, then finishes what it has begun. `listening` is told the port once it is open.
/// invalid_argument: no such address; unavailable: the port is taken or not allowed.
using Serve = std::function<Result<void>(const ServeOptions& options, const WebService& service, std::stop_token stop,
                                         const std::function<void(std::uint16_t port)>& listening)>;

}  // namespace bonafide
