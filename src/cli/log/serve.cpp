// bonafide log serve, log witness and log token: a log and a witness for others to ask.
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>

#include "app/serve/log_service.h"
#include "app/serve/tokens.h"
#include "app/serve/witness_service.h"
#include "base/log.h"
#include "base/process.h"
#include "base/time.h"
#include "cli/log/parts.h"
#include "provenance/c2pa/soft_binding.h"

namespace bonafide::cli {
namespace {

struct ListenFlags {
  std::string listen = "127.0.0.1:8080";
  std::string access_log = {};
  int workers = 64;
};

void listen_flags(CLI::App& verb, ListenFlags& flags) {
  verb.add_option("--listen", flags.listen,
                  "Address and port to answer on: 127.0.0.1:8080, [::1]:0; port 0: a free one");
  verb.add_option("--access-log", flags.access_log, "A JSON line for each answer: a file, or - for standard error");
  verb.add_option("--workers", flags.workers, "Threads that answer")->check(CLI::Range(1, 1024));
}

/// "127.0.0.1:8080", "[::1]:8080".
Result<ServeOptions> parse_listen(const ListenFlags& flags) {
  ServeOptions options;
  const auto colon = flags.listen.rfind(':');
  const Error wrong = make_error(Code::invalid_argument, "--listen is ADDRESS:PORT, for example 127.0.0.1:8080");
  if (colon == std::string::npos) return wrong;
  options.address = flags.listen.substr(0, colon);
  if (options.address.starts_with('[') && options.address.ends_with(']'))
    options.address = options.address.substr(1, options.address.size() - 2);
  const std::string port = flags.listen.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  if (error != std::errc() || end != port.data() + port.size() || port.empty()) return wrong;
  options.workers = flags.workers;
  return options;
}

/// An access log: one line an answer, written whole.
class AccessLog {
 public:
  static Result<std::shared_ptr<AccessLog>> open(const std::string& path) {
    std::shared_ptr<AccessLog> log(new AccessLog);
    if (path == "-") log->file_ = stderr;
    if (path != "-") log->file_ = std::fopen(path.c_str(), "ae");
    if (log->file_ == nullptr) return make_error(Code::io, "the access log cannot be opened: " + path);
    return log;
  }
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  ~AccessLog() {
    if (file_ != nullptr && file_ != stderr) std::fclose(file_);
  }
  void write(const WebSeen& seen) {
    const Json json{{"time", unix_to_rfc3339(unix_now())},
                    {"address", seen.address},
                    {"method", clean_utf8(seen.method)},
                    {"path", clean_utf8(seen.path)},
                    {"status", seen.status},
                    {"received", seen.received},
                    {"sent", seen.sent},
                    {"seconds", seen.seconds}};
    const std::string line = dump_json(json) + "\n";
    std::fwrite(line.data(), 1, line.size(), file_);
    std::fflush(file_);
  }

 private:
  AccessLog() = default;
  std::FILE* file_ = nullptr;
};

/// Listens until it is told to stop; says where on standard output, which is all that scripts need.
ExitCode listen(const ListenFlags& flags, WebService service, const std::string& key, const Globals& globals) {
  if (!log_network().serve) return log_failed(make_error(Code::unavailable, "this program has no network"), globals);
  const auto options = parse_listen(flags);
  if (!options) return log_failed(options.error(), globals);
  std::shared_ptr<AccessLog> access;
  if (!flags.access_log.empty()) {
    auto opened = AccessLog::open(flags.access_log);
    if (!opened) return log_failed(opened.error(), globals);
    access = std::move(*opened);
    service.seen = [access](const WebSeen& seen) { access->write(seen); };
  }
  const bool ipv6 = options->address.find(':') != std::string::npos;
  const auto listening = [&](std::uint16_t port) {
    const std::string url =
        "http://" + (ipv6 ? "[" + options->address + "]" : options->address) + ":" + std::to_string(port) + "/";
    print(globals.json
              ? dump_json(Json{{"schema", "bonafide.log/1"}, {"answer", "listening"}, {"url", url}, {"key", key}}) +
                    "\n"
              : "listening on " + url + "\n");
    std::fflush(stdout);
  };
  const auto served = log_network().serve(*options, service, globals.stop, listening);
  return served ? kDone : log_failed(served.error(), globals);
}

/// Marks are read by a program of its own, so that a work which breaks the decoder breaks nothing else.
Result<std::vector<app::FoundBinding>> read_apart(const std::string& path) {
  std::array<char, 4096> self{};
  const ssize_t length = ::readlink("/proc/self/exe", self.data(), self.size() - 1);
  if (length <= 0) return make_error(Code::unavailable, "the program cannot find itself");
  ProgramRun run;
  run.command = {std::string(self.data(), static_cast<std::size_t>(length)),
                 "--json",
                 "-q",
                 "--limit-memory",
                 "1024",
                 "mark",
                 "get",
                 path};
  run.seconds = 60;
  const ProgramAnswer answer = TRY(run_program(run));
  if (answer.exit_code != kDone && answer.exit_code != kNothing)
    return make_error(Code::unsupported, "this work cannot be looked at: " + answer.said);
  const Json json = TRY(parse_json(as_text(answer.output)));
  std::vector<app::FoundBinding> found;
  if (!json.is_object() || !json.contains("marks")) return found;
  for (const Json& mark : json["marks"]) {
    if (!mark.is_object() || !mark.contains("id") || !mark["id"].is_string() || !mark.contains("in")) continue;
    const bool sound = mark["in"] == "sound";
    found.push_back(
        {sound ? provenance::c2pa::kSoundMark : provenance::c2pa::kTileMark, mark["id"].get<std::string>()});
  }
  return found;
}

struct ServeFlags {
  app::LogServeRequest request;
  ListenFlags listen;
  bool by_content = false;
};

ExitCode run_serve(const ServeFlags& flags, const Globals& globals) {
  app::LogServeRequest request = flags.request;
  request.witnesses.ask = asking(request.witnesses.places, request.witnesses.policy);
  if (flags.by_content) request.read = read_apart;
  const auto service = app::LogService::open(std::move(request));
  if (!service) return log_failed(service.error(), globals);
  return listen(flags.listen, (*service)->service(), (*service)->key().text(), globals);
}

struct WitnessFlags {
  std::string folder, name;
  std::vector<std::string> logs;
  ListenFlags listen;
  double rate = 100;
};

ExitCode run_witness(const WitnessFlags& flags, const CLI::App& verb, const Globals& globals) {
  const auto key = app::log_witness(flags.folder, flags.name, flags.logs);
  if (!key) return log_failed(key.error(), globals);
  if (verb.count("--listen") > 0) {
    const auto service = app::WitnessService::open(flags.folder, flags.rate);
    if (!service) return log_failed(service.error(), globals);
    return listen(flags.listen, (*service)->service(), *key, globals);
  }
  const Json json{{"schema", "bonafide.log/1"}, {"answer", "witness"}, {"folder", flags.folder}, {"key", *key}};
  print(globals.json ? dump_json(json, 2) + "\n" : *key + "\n");
  return kDone;
}

struct TokenFlags {
  app::LogPlace place;
  std::string file, name, revoke;
  std::vector<std::string> roles;
};

ExitCode run_token(const TokenFlags& flags, const Globals& globals) {
  const std::string file = flags.file.empty() ? flags.place.kept() + "/tokens" : flags.file;
  Json json{{"schema", "bonafide.log/1"}, {"answer", "tokens"}};
  if (!flags.name.empty() && !flags.revoke.empty())
    return log_failed(make_error(Code::invalid_argument, "--new or --revoke, not both"), globals);
  if (!flags.revoke.empty()) {
    const auto done = app::revoke_token(file, flags.revoke);
    if (!done) {
      static_cast<void>(log_failed(done.error(), globals));
      return done.error().code == Code::not_found ? kNothing : exit_code_of(done.error());
    }
  }
  if (!flags.name.empty()) {
    const auto secret = app::new_token({.file = file, .name = flags.name, .roles = flags.roles});
    if (!secret) return log_failed(secret.error(), globals);
    json["token"] = *secret;
    if (!globals.json) {
      print(*secret + "\n");
      return kDone;
    }
  }
  const auto tokens = app::list_tokens(file);
  if (!tokens) return log_failed(tokens.error(), globals);
  json["tokens"] = Json::array();
  std::string text;
  for (const app::Token& token : *tokens) {
    Json roles = Json::array();
    std::string words;
    for (const app::Role role : token.roles) {
      roles.push_back(app::to_string(role));
      words += " " + std::string(app::to_string(role));
    }
    json["tokens"].push_back(Json{{"name", token.name}, {"roles", roles}});
    text += token.name + " " + words + "\n";
  }
  print(globals.json ? dump_json(json, 2) + "\n" : text);
  return kDone;
}

}  // namespace

void add_log_serve(CLI::App& noun, VerbTable& verbs) {
  CLI::App* const verb =
      verbs.add(noun, "serve", "Answer for a log over HTTP: hand out, register, resolve (docs/http.md)");
  const auto flags = std::make_shared<ServeFlags>();
  app::LogServeRequest& request = flags->request;
  place_flags(*verb, request.place);
  listen_flags(*verb, flags->listen);
  witness_flags(*verb, request.witnesses);
  verb->add_option("--tokens", request.tokens, "File of tokens; default: tokens in the folder that is kept");
  verb->add_option("--rate-address", request.address_rate, "Requests a second from one address; 0: any number");
  verb->add_option("--rate-token", request.token_rate, "Requests a second with one token; 0: any number");
  verb->add_option("--wait", request.wait_seconds, "Seconds to wait for the policy's witnesses before answering 202");
  verb->add_flag("--by-content", flags->by_content,
                 "Take works in and look for marks in them (tokens with the role resolve)");
  verb->add_option("--most-content", request.most_content, "Bytes of such a work");
  chosen_by(verb, verbs, flags, run_serve);
}

void add_log_witness(CLI::App& noun, VerbTable& verbs) {
  CLI::App* const verb =
      verbs.add(noun, "witness", "Be a witness on a folder: print its key, tell it of logs, answer over HTTP");
  const auto flags = std::make_shared<WitnessFlags>();
  verb->add_option("folder", flags->folder, "The witness's folder")->required();
  verb->add_option("--new", flags->name, "Make it, with this name");
  verb->add_option("--trust", flags->logs, "A log's key: its checkpoints are witnessed from now on")
      ->allow_extra_args(false);
  listen_flags(*verb, flags->listen);
  verb->add_option("--rate-address", flags->rate, "Requests a second from one address; 0: any number");
  chosen_by(verb, verbs, flags,
            [verb](const WitnessFlags& from, const Globals& globals) { return run_witness(from, *verb, globals); });
}

void add_log_token(CLI::App& noun, VerbTable& verbs) {
  CLI::App* const verb = verbs.add(noun, "token", "Tokens that let others use your log's server: list, make, revoke");
  const auto flags = std::make_shared<TokenFlags>();
  place_flags(*verb, flags->place);
  verb->add_option("--tokens", flags->file, "Their file; default: tokens in the folder that is kept");
  verb->add_option("--new", flags->name, "Make one with this name and print it, once");
  verb->add_option("--role", flags->roles, "With --new: add (default), resolve, metrics")->allow_extra_args(false);
  verb->add_option("--revoke", flags->revoke, "Take this one back");
  chosen_by(verb, verbs, flags, run_token);
}

}  // namespace bonafide::cli
