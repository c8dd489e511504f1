// Registering over HTTP: POST /add and SCRAPI's /entries (draft-ietf-scitt-scrapi).
#include <fmt/format.h>

#include "app/log/opened.h"
#include "app/serve/log_service.h"
#include "app/serve/problem.h"
#include "base/cbor.h"
#include "base/json.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "provenance/c2pa/store.h"
#include "provenance/log/decimal.h"
#include "provenance/log/receipt.h"

namespace bonafide::app {

namespace tlog = provenance::log;

namespace {

constexpr const char* kCose = "application/cose";

/// What a request to /add carries.
struct Body {
  Bytes entry, certificate, manifest;
};

Result<Bytes> base64_member(const Json& json, const char* name) {
  if (!json.contains(name)) return Bytes();
  if (!json[name].is_string())
    return make_error(Code::invalid_argument, std::string(name) + " is not a text in base64");
  return from_base64(json[name].get<std::string>());
}

Result<Body> body_of(const WebRequest& request) {
  if (request.type != "application/json") return Body{request.body, {}, {}};
  const Json json = TRY(parse_json(as_text(request.body)));
  if (!json.is_object()) return make_error(Code::invalid_argument, "the body is not a JSON object");
  Body body;
  body.entry = TRY(base64_member(json, "entry"));
  body.certificate = TRY(base64_member(json, "certificate"));
  body.manifest = TRY(base64_member(json, "manifest"));
  return body;
}

std::string base64url(ByteView bytes) {
  std::string text = to_base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

}  // namespace

/// A manifest store is kept when the entry commits to it: nobody can hang another's credential on a mark by this.
Result<void> LogService::keep_manifest(const Bytes& entry, const Bytes& certificate, const Bytes& manifest) {
  if (manifest.size() > request_.most_manifest) return make_error(Code::limit, "the manifest is too large");
  const tlog::SignedEntry read = TRY(tlog::parse_signed_entry(entry));
  const tlog::Hash hash = TRY(tlog::to_hash(crypto::digest(crypto::HashAlgorithm::sha256, manifest)));
  if (read.entry.manifest_hash != hash)
    return make_error(Code::invalid_argument, "the entry does not commit to this manifest");
  const auto store = TRY(provenance::c2pa::Store::parse({manifest}));
  if (store.manifests().empty()) return make_error(Code::invalid_argument, "the manifest store is empty");
  tlog::Record record;
  record.leaf = tlog::leaf_hash(entry);
  record.entry = entry;
  record.manifest = manifest;
  record.certificate = certificate;
  record.manifest_label = store.manifests().back().label;
  const std::scoped_lock lock(registry_mutex_);
  TRY(registry_->put(record));
  return registry_->set_manifest(record.leaf, manifest, record.manifest_label);
}

Result<LogService::Added> LogService::add_entry(Bytes entry, Bytes certificate, const Bytes& manifest) {
  if (const auto denied = cosigner_->denied())
    return make_error(Code::denied, "nothing is signed any more: " + *denied);
  if (entry.empty()) return make_error(Code::invalid_argument, "there is no entry in the request");
  const tlog::SignedEntry read = TRY(tlog::parse_signed_entry(entry));
  if (!certificate.empty()) {
    const auto issuer = TRY(crypto::parse_certificate(certificate));
    if (!TRY(tlog::check_entry(read, issuer)))
      return make_error(Code::invalid_argument, "the entry is not signed by the certificate's key");
  }
  if (!manifest.empty()) TRY(keep_manifest(entry, certificate, manifest));
  Added added;
  added.leaf = tlog::leaf_hash(entry);
  added.entry = entry;
  added.certificate = std::move(certificate);
  const auto numbers = store_->add({std::move(entry)});
  const bool machine =
      !numbers && numbers.error().code != Code::invalid_argument && numbers.error().code != Code::limit;
  failing_ = machine;
  if (machine) log(LogLevel::error, "an entry could not be kept: " + numbers.error().to_string());
  if (!numbers) return numbers.error();
  added.number = numbers->front();
  metrics_.add("bonafide_log_add_total", 1);
  if (!manifest.empty()) {
    const std::scoped_lock lock(registry_mutex_);
    TRY(registry_->set_number(added.leaf, added.number));
  }
  cosigner_->wake();
  added.checkpoint = cosigner_->wait_for(added.number, request_.wait_seconds);
  return added;
}

Result<WebAnswer> LogService::add(const WebRequest& request) {
  Body body = TRY(body_of(request));
  const Added added = TRY(add_entry(std::move(body.entry), std::move(body.certificate), body.manifest));
  const int status = added.checkpoint ? 200 : 202;
  if (request.accept.find("application/json") == std::string::npos) {
    WebAnswer answer = text_answer(status, std::to_string(added.number));
    answer.headers.emplace_back("Cache-Control", "no-store");
    return answer;
  }
  Json json{{"schema", "bonafide.log-http/1"}, {"index", added.number}, {"leaf", to_hex(added.leaf)}};
  if (added.checkpoint)
    json["proof"] = TRY(make_proof(request_.place, added.number, *added.checkpoint,
                                   {.entry = added.entry, .salt = {}, .certificate = added.certificate}));
  if (!added.checkpoint) json["pending"] = "the entry is durable; not enough witnesses have seen it yet";
  WebAnswer answer = text_answer(status, dump_json(json) + "\n", "application/json");
  answer.headers.emplace_back("Cache-Control", "no-store");
  return answer;
}

Result<Bytes> LogService::receipt(std::uint64_t number, ByteView entry, const std::string& checkpoint) {
  const tlog::Checkpoint tree = TRY(tlog::parse_signed_checkpoint(checkpoint)).checkpoint;
  tlog::LogReader reader(tlog::files_in(request_.place.folder), tree.size);
  tlog::InclusionProof proof{.size = tree.size, .index = number, .path = {}};
  proof.path = TRY(tlog::make_inclusion(number, tree.size, reader.nodes()));
  return tlog::inclusion_receipt(signer_, proof, tlog::leaf_hash(entry), tree.root);
}

/// 201 with the receipt, or 202 with the place where it will be.
Result<WebAnswer> LogService::scrapi_register(const WebRequest& request) {
  if (request.type != kCose) return make_error(Code::unsupported, "a statement is sent as application/cose");
  const Added added = TRY(add_entry(request.body, {}, {}));
  WebAnswer answer;
  answer.status = added.checkpoint ? 201 : 202;
  answer.type = kCose;
  if (added.checkpoint) answer.body = TRY(receipt(added.number, added.entry, *added.checkpoint));
  answer.headers.emplace_back("Location", fmt::format("/entries/{}", added.number));
  if (!added.checkpoint) answer.headers.emplace_back("Retry-After", "5");
  answer.headers.emplace_back("Cache-Control", "no-store");
  return answer;
}

Result<WebAnswer> LogService::scrapi_entry(const Target& target, bool statement) {
  const auto number = tlog::parse_decimal(target.rest);
  if (!number) return make_error(Code::not_found, "an entry is named by its number");
  const auto checkpoint = cosigner_->shown();
  if (!checkpoint) return make_error(Code::unavailable, "no checkpoint has been seen by enough witnesses yet");
  const std::uint64_t size = TRY(tlog::parse_signed_checkpoint(*checkpoint)).checkpoint.size;
  if (*number >= size) return make_error(Code::not_found, fmt::format("the log has {} entries", size));
  tlog::LogReader reader(tlog::files_in(request_.place.folder), size);
  tlog::Statement made{.entry = TRY(reader.entry(*number)), .receipts = {}};
  WebAnswer answer;
  answer.type = kCose;
  answer.body = TRY(receipt(*number, made.entry, *checkpoint));
  if (statement) {
    made.receipts.push_back(std::move(answer.body));
    answer.body = TRY(tlog::write_statement(made));
  }
  answer.headers.emplace_back("Cache-Control", "no-cache");
  return answer;
}

/// A COSE Key Set (RFC 9052 section 7) of one key, or that key alone by its thumbprint.
Result<WebAnswer> LogService::scrapi_keys(const Target& target) {
  const Bytes key = tlog::cose_key(signer_.key());
  WebAnswer answer;
  answer.type = "application/cbor";
  answer.body = key;
  answer.headers.emplace_back("Cache-Control", "max-age=3600");
  if (target.route == Route::keys) {
    cbor::Writer writer;
    writer.array(1).raw(key);
    answer.body = writer.take();
  } else if (target.rest != base64url(tlog::cose_key_id(signer_.key()))) {
    return make_error(Code::not_found, "this log has no key of this name");
  }
  return answer;
}

}  // namespace bonafide::app
