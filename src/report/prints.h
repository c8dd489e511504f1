// What `print` and `match` answer: prints of a work, and the works that it resembles. Pure functions.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text_style.h"
#include "media/container/media.h"
#include "provenance/print/search.h"

namespace bonafide::report {

struct PrintedWork {
  std::string path, sha256;
  media::Kind kind = media::Kind::unknown;
  provenance::print::Query query = {};
};

struct MatchedWork {
  struct One {
    std::string name;
    std::array<std::uint8_t, 32> leaf = {};  ///< of its entry in the log; zeros: of an index of files
    provenance::print::WorkMatch match = {};
  };
  PrintedWork work = {};
  std::size_t indexed_works = 0, indexed_prints = 0;
  std::vector<One> found = {};
};

/// One line each, the most telling first: how a work resembles the file.
std::vector<std::string> match_sentences(const provenance::print::WorkMatch& match);
Json match_json(const provenance::print::WorkMatch& match);
/// What chance has to do with matches by prints, as far as it was measured.
std::string false_match_sentence(const PrintedWork& work, std::size_t indexed_prints);
/// At most so many prints of unrelated works are expected within kNear of those that were asked about (95 %).
double false_matches_at_most(const PrintedWork& work, std::size_t indexed_prints);

/// Schema bonafide.print/1.
Json print_json(const PrintedWork& work);
std::string print_text(const PrintedWork& work, const TextStyle& style);
/// Schema bonafide.match/1.
Json match_json(const MatchedWork& matched);
std::string match_text(const MatchedWork& matched, const TextStyle& style);

}  // namespace bonafide::report
