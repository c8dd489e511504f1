// Provenance: where a work says it comes from. An axis of its own, never mixed with what pixels and sound say.
#pragma once
#include <string>
#include <vector>

#include "provenance/altered.h"

namespace bonafide::provenance {

enum class State {
  not_examined,  ///< no reader in this build looked (log and prints have not landed yet)
  none,          ///< looked: nothing there
  intact,        ///< intact, signer unknown to the trust list
  trusted,       ///< intact and trusted
  broken,        ///< present, but hash or signature does not hold, or two sources contradict each other
  found,         ///< a mark or print was read: a pointer, which says nothing until what it leads to matches
  altered,       ///< a mark or a signed map shows where the work was changed since
};
std::string_view to_string(State state);

struct Source {
  std::string name;  ///< "credential", "mark", "log", "prints"
  State state = State::not_examined;
  std::string sentence;
  std::vector<Altered> altered{};  ///< the surest first
  std::vector<AlteredMap> maps{};
};

struct Provenance {
  State state = State::not_examined;
  std::vector<Source> sources;
};

}  // namespace bonafide::provenance
