// How a hard binding was computed, step by step: what went into the hash, what was left out, and the digests on the
// way. For people who debug another implementation (--explain-hash).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "provenance/c2pa/locate.h"

namespace bonafide::provenance::c2pa {

struct HashStep {
  enum class Kind {
    range,     ///< bytes of the file went in; `digest`: of everything so far
    literal,   ///< bytes that stand nowhere in the file went in (the place of a BMFF box); `literal` holds them
    excluded,  ///< bytes of the file were left out
    box,       ///< boxes with a digest of their own (c2pa.hash.boxes); `wanted`: what was signed
    part,      ///< a part of a multi-asset file begins; the steps that follow are about it
    leaf,      ///< a leaf of a Merkle tree; `digest`: its own
    node,      ///< a node above the leaves; `range` empty
    result,    ///< the end of one hash; `wanted`: what was signed
  };
  Kind kind = Kind::range;
  std::string name;     ///< "APP1, DQT", "/mdat", "leaf 3", "the credential", or empty
  Range range;          ///< in the file; length 0 when there is none
  std::string literal;  ///< lower-case hex
  std::string digest;   ///< lower-case hex, or empty
  std::string wanted;   ///< lower-case hex, or empty
};
std::string_view to_string(HashStep::Kind kind);  ///< "range", "literal", "excluded", …

/// Steps of one check. Off unless asked for; keeps the first kMost and counts the rest.
struct HashTrace {
  static constexpr std::size_t kMost = 20'000;
  bool on = false;
  std::vector<HashStep> steps;
  std::uint64_t left_out = 0;

  void add(HashStep step) {
    if (!on) return;
    if (steps.size() < kMost)
      steps.push_back(std::move(step));
    else
      ++left_out;
  }
};

}  // namespace bonafide::provenance::c2pa
