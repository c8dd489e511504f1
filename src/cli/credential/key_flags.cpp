#include "cli/credential/key_flags.h"

#include <cstdlib>

#include "base/files.h"

namespace bonafide::cli {

namespace {

constexpr std::uint64_t kMostPassphrase = 4096;

/// From --passphrase-file, else the environment: never from the command line, which other users can read.
crypto::Passphrase passphrase_of(const std::string& file) {
  return [file]() -> std::string {
    std::string text;
    if (!file.empty()) {
      text = read_file(file, kMostPassphrase).value_or("");
    } else if (const char* const set = std::getenv("BONAFIDE_PASSPHRASE"); set != nullptr) {
      return set;
    }
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
  };
}

}  // namespace

void add_key_flags(CLI::App& verb, KeyFlags& flags) {
  verb.add_option("--keys", flags.folder, "Folder made by `keys new`: signer.key, signer.pem, tsa.key, tsa.pem");
  verb.add_option("--key", flags.key, "The signer's private key (PEM; encrypted ones too)");
  verb.add_option("--cert", flags.certificate, "The signer's certificates (PEM, leaf first, without the root)");
  verb.add_option("--pkcs11", flags.token, "A key in a token: pkcs11:token=…;object=…  (with --cert)");
  verb.add_option("--pkcs11-module", flags.module, "The token's library");
  verb.add_option("--signer", flags.signer, "A program that signs (docs/decisions tells its protocol)");
  verb.add_option("--alg", flags.algorithm,
                  "es256, es384, es512, ps256, ps384, ps512 or ed25519; else the key decides");
  verb.add_option("--passphrase-file", flags.passphrase_file,
                  "The key's passphrase or PIN (else $BONAFIDE_PASSPHRASE)");
  verb.add_option("--tsa", flags.tsa,
                  "Time-stamp authority: its URL (uses the network), or \"local\" for that of --keys");
  verb.add_option("--tsa-command", flags.tsa_command, "A program that answers time-stamp requests (RFC 3161)");
  verb.add_option("--tsa-key", flags.tsa_key, "A time-stamp authority of your own: its key (PEM)");
  verb.add_option("--tsa-cert", flags.tsa_certificate, "and its certificates (PEM, leaf first)");
}

app::KeySource key_source(const KeyFlags& flags, const Globals& globals) {
  app::KeySource source;
  source.folder = flags.folder;
  source.key = flags.key;
  source.certificate = flags.certificate;
  source.token = flags.token;
  source.token_module = flags.module;
  source.algorithm = flags.algorithm;
  source.passphrase = passphrase_of(flags.passphrase_file);
  if (!flags.signer.empty()) source.command = split_command(flags.signer).value_or({});
  const bool named = !source.folder.empty() || !source.key.empty() || !source.certificate.empty() ||
                     !source.token.empty() || !source.command.empty();
  if (!named) {
    source.folder = globals.config.sign_keys;
    source.key = globals.config.sign_key;
    source.certificate = globals.config.sign_certificate;
  }
  return source;
}

Result<app::StampSource> stamp_source(const KeyFlags& flags, const Globals& globals) {
  app::StampSource source;
  source.network = globals.network;
  source.passphrase = passphrase_of(flags.passphrase_file);
  source.key = flags.tsa_key;
  source.certificate = flags.tsa_certificate;
  if (!flags.tsa_command.empty()) source.command = TRY(split_command(flags.tsa_command));
  std::string tsa = flags.tsa;
  if (tsa.empty() && !source.wanted()) tsa = globals.config.sign_tsa;
  if (tsa == "local") {
    source.folder = flags.folder.empty() ? globals.config.sign_keys : flags.folder;
    if (source.folder.empty()) {
      return make_error(Code::invalid_argument, "--tsa local goes with --keys FOLDER, whose authority it means");
    }
  } else {
    source.url = tsa;
  }
  if (source.key.empty() != source.certificate.empty()) {
    return make_error(Code::invalid_argument, "--tsa-key and --tsa-cert go together");
  }
  return source;
}

Result<std::vector<std::string>> split_command(std::string_view line) {
  std::vector<std::string> words;
  bool open = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == 0 && (c == ' ' || c == '\t')) {
      open = false;
      continue;
    }
    if (!open) words.emplace_back();
    open = true;
    if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
      words.back() += line[++i];
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      words.back() += c;
    }
  }
  if (quote != 0) return make_error(Code::invalid_argument, "a quotation in the command has no end");
  if (words.empty() || words.front().empty()) return make_error(Code::invalid_argument, "the command is empty");
  return words;
}

}  // namespace bonafide::cli
