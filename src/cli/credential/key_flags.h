// Flags that say where a signer's key and time stamps come from; shared by sign and stamp.
#pragma once
#include "app/credential/keys.h"
#include "cli/kit/verb.h"

namespace bonafide::cli {

struct KeyFlags {
  std::string folder, key, certificate, token, module, signer, algorithm, passphrase_file;
  std::string tsa, tsa_command, tsa_key, tsa_certificate;
};
void add_key_flags(CLI::App& verb, KeyFlags& flags);
/// A key named by no flag comes from the configuration ([sign] keys, key, certificate, tsa).
app::KeySource key_source(const KeyFlags& flags, const Globals& globals);
Result<app::StampSource> stamp_source(const KeyFlags& flags, const Globals& globals);

/// A command line as words: blanks part them, '…' and "…" keep them together, \ keeps the next character. No shell is
/// involved. invalid_argument: a quotation without an end, or no word at all.
Result<std::vector<std::string>> split_command(std::string_view line);

}  // namespace bonafide::cli
