// sign: puts a Content Credential on a work.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/credential/keys.h"
#include "base/context.h"
#include "base/json.h"
#include "provenance/c2pa/sign.h"
#include "provenance/c2pa/soft_binding.h"

namespace bonafide::app {

/// What the signer says about artificial intelligence. Unsaid: nothing is claimed.
enum class AiUse { unsaid, none, generated, modified };

/// By what a marked work can be found, and by what it could be found before.
struct WorkMarks {
  std::vector<provenance::c2pa::SoftBinding> placed, earlier;
};
/// Writes a work again with an invisible mark in it.
using MarkWork =
    std::function<Result<WorkMarks>(const std::string& in, const std::string& out, const Context& context)>;

/// What is to be said of the very bytes that are signed: asked when the work is marked already.
using DescribeWork =
    std::function<Result<provenance::c2pa::Assertion>(const std::string& path, const Context& context)>;

struct SignRequest {
  std::string input;
  std::optional<ByteView> content;  ///< the work, when it is in memory; `input` is then only its name
  std::string output;               ///< may be the input itself, with `in_place`
  std::string sidecar;     ///< write the credential here instead, and the work to `output` if that is not empty
  bool to_memory = false;  ///< the signed work comes back in SignAnswer::content; `output` is not looked at
  bool overwrite = false;
  bool in_place = false;
  std::uint64_t reserve = 0;  ///< bytes kept free for later

  std::string definition;         ///< JSON as c2patool takes it, or empty
  std::string definition_folder;  ///< what its paths are relative to
  std::string title, vendor;
  AiUse ai = AiUse::unsaid;
  std::string source_type;               ///< term or URL; overrides `ai`
  std::string parent;                    ///< a file; the input itself when empty
  bool forget_parent = false;            ///< leave the input's own credential behind
  std::vector<std::string> ingredients;  ///< files that went in (componentOf)
  std::vector<std::string> redactions;   ///< URIs of assertions
  std::string redaction_reason;
  bool update = false;                            ///< an update manifest: only what is said about the work changes
  std::vector<provenance::c2pa::Assertion> more;  ///< assertions besides those of the definition
  DescribeWork describe;                          ///< one assertion more, made of the work as it is delivered
  std::vector<provenance::c2pa::SoftBinding> soft_bindings;  ///< marks and prints of the work
  std::vector<provenance::c2pa::SoftBinding> earlier_marks;  ///< of the parent: its ingredient tells them
  MarkWork mark;             ///< the work is marked first; what it was before is the parent, where it needs one
  bool watermarked = false;  ///< claims the action c2pa.watermarked.bound: one of `soft_bindings` is in the work
  provenance::c2pa::BindOptions binding;
  /// Of the stream whose initialization segment `input` is; `output` is then a folder for all of them.
  std::vector<std::string> fragments;
  bool compress = false;  ///< the manifest is compressed (Brotli)
  std::string remote;     ///< the work's XMP says that its credential is kept at this URL

  KeySource key;
  StampSource stamp;
  std::vector<std::string> ocsp;   ///< DER files to staple
  bool fetch_ocsp = false;         ///< ask the responder that the signer's certificate names, over `stamp.network`
  crypto::TrustStore trust;        ///< judges the ingredients
  std::optional<std::int64_t> at;  ///< the clock; now when absent
  std::optional<std::uint64_t> seed;
};

struct SignAnswer {
  std::string label;    ///< of the new manifest
  std::string binding;  ///< label of the hard binding, or empty
  std::string signer, algorithm;
  bool stamped = false;
  std::string written;  ///< the signed file, or empty
  std::string sidecar;  ///< the credential beside it, or empty
  std::uint64_t store_bytes = 0;
  Bytes content;                                             ///< the signed work, with `to_memory`
  std::vector<provenance::c2pa::SoftBinding> soft_bindings;  ///< what the work can be found by
  std::vector<std::string> warnings;
};
/// Schema bonafide.sign/1.
Json signing_json(const std::string& input, const SignAnswer& answer);

Result<SignAnswer> sign(const SignRequest& request, const Context& context);

}  // namespace bonafide::app
