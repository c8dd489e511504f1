// Witnesses that can be asked, wherever they are: folders here, or others' servers (c2sp.org/tlog-witness).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/ask.h"
#include "provenance/log/policy.h"
#include "provenance/log/witness.h"

namespace bonafide::app {

bool is_url(std::string_view text);

struct WitnessWish {
  std::vector<std::string> places = {};  ///< folders, or URLs that the policy has a key for
  std::string policy = {};               ///< file; with `all_of_policy` every witness of it that has a URL is asked
  bool all_of_policy = false;
  HttpAsk ask = {};  ///< nothing: only folders can be asked
};

struct AskedWitness {
  provenance::log::NoteKey key;
  provenance::log::AskWitness ask;
  std::uint64_t seen = 0;  ///< the size that it cosigned last, as far as we know
};
/// invalid_argument: a URL that the policy has no key for; unavailable: a URL, and no network.
Result<std::vector<AskedWitness>> witnesses_of(const WitnessWish& wish);
/// Posts to URL/add-checkpoint. `detail` of problem details is what the witness said.
provenance::log::AskWitness ask_at(const std::string& url, const HttpAsk& ask);

/// A log's files at a URL; `not_found` for 404 and 410.
provenance::log::FetchFile files_at(const std::string& url, const HttpAsk& ask);

}  // namespace bonafide::app
