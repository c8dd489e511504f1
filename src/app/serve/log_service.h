// A log over HTTP: its files (c2sp.org/tlog-tiles), registering (POST /add, SCRAPI's /entries), and giving credentials
// back to works that lost theirs (C2PA's Soft Binding Resolution API). Requests in, answers out: who listens is the
// caller's business. docs/http.md has every endpoint.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/log/log.h"
#include "app/serve/cosigner.h"
#include "app/serve/metrics.h"
#include "app/serve/rate.h"
#include "app/serve/tokens.h"
#include "base/serve.h"
#include "provenance/log/directory_store.h"
#include "provenance/log/registry.h"

namespace bonafide::app {

/// A mark that was found in a work: the algorithm's name and the id as hex digits.
struct FoundBinding {
  std::string algorithm, id;
};
/// Looks for marks in a file that a stranger sent.
using ReadBindings = std::function<Result<std::vector<FoundBinding>>(const std::string& path)>;

struct LogServeRequest {
  LogPlace place;
  std::string tokens;         ///< file; empty: "tokens" in the folder that is kept
  WitnessWish witnesses;      ///< with a policy: its witnesses, and its quorum decides what is shown
  double address_rate = 100;  ///< requests a second from one address, 0: as many as come
  double token_rate = 200;    ///< registrations a second with one token
  double wait_seconds = 10;   ///< for the witnesses' quorum, before an entry is answered as "accepted"
  ReadBindings read = {};     ///< nothing: works are not taken in to be looked at
  std::uint64_t most_content = std::uint64_t{64} << 20;  ///< bytes of such a work
  std::uint64_t most_manifest = std::uint64_t{8} << 20;  ///< bytes of a manifest store that is handed in
};

class LogService {
 public:
  /// As DirectoryStore::open; denied also when a witness has seen more, or something else.
  static Result<std::unique_ptr<LogService>> open(LogServeRequest request);

  WebAdmission admit(const WebRequest& head);
  WebAnswer answer(const WebRequest& request);
  const provenance::log::NoteKey& key() const { return signer_.key(); }
  WebService service();  ///< this object as functions; it must outlive them

 private:
  enum class Route : std::uint8_t {
    none,
    checkpoint,
    index,
    tile,
    add,
    entries,
    entry,
    statement,
    keys,
    key,
    by_binding,
    by_content,
    by_reference,
    manifest,
    algorithms,
    health,
    ready,
    metrics
  };
  struct Target {
    Route route = Route::none;
    std::string_view rest;  ///< what the path names
  };
  LogService(LogServeRequest request, provenance::log::NoteSigner signer);
  static Target target_of(std::string_view path);
  static std::string_view methods_of(Route route);
  static const char* name_of(Route route);
  std::uint64_t most_body(Route route, const WebRequest& head) const;
  std::optional<WebAnswer> refuse(Route route, const WebRequest& head);
  const std::vector<Token>& tokens();
  WebAnswer dispatch(const Target& target, const WebRequest& request);

  struct Added {
    std::uint64_t number = 0;
    provenance::log::Hash leaf = {};
    Bytes entry, certificate;
    std::optional<std::string> checkpoint;  ///< one that has it and may be shown
  };
  Result<Added> add_entry(Bytes entry, Bytes certificate, const Bytes& manifest);
  Result<void> keep_manifest(const Bytes& entry, const Bytes& certificate, const Bytes& manifest);
  Result<Bytes> receipt(std::uint64_t number, ByteView entry, const std::string& checkpoint);

  Result<WebAnswer> static_file(const Target& target);
  Result<WebAnswer> add(const WebRequest& request);
  Result<WebAnswer> scrapi_register(const WebRequest& request);
  Result<WebAnswer> scrapi_entry(const Target& target, bool statement);
  Result<WebAnswer> scrapi_keys(const Target& target);
  Result<WebAnswer> by_binding(const WebRequest& request);
  Result<WebAnswer> by_content(const WebRequest& request);
  Result<WebAnswer> matches(const std::vector<FoundBinding>& bindings, std::uint64_t most);
  Result<WebAnswer> manifest(const Target& target, const WebRequest& request);
  WebAnswer ready();

  LogServeRequest request_;
  provenance::log::NoteSigner signer_;
  std::unique_ptr<provenance::log::DirectoryStore> store_;
  std::mutex registry_mutex_;
  std::unique_ptr<provenance::log::Registry> registry_;
  std::unique_ptr<Cosigner> cosigner_;
  Metrics metrics_;
  std::atomic<bool> failing_ = false;  ///< the last entry could not be kept
  std::atomic<int> looking_ = 0;       ///< works that are being looked at
  // what admit() uses, which one thread calls
  RateLimit addresses_, of_token_;
  std::vector<Token> tokens_;
  std::string tokens_file_, tokens_trouble_;
  double tokens_read_ = -1;
};

WebAnswer supported_algorithms();
/// Seconds of a clock that never goes back.
double steady_seconds();

}  // namespace bonafide::app
