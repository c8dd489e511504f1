#include "provenance/provenance.h"

namespace bonafide::provenance {

std::string_view to_string(State state) {
  switch (state) {
    case State::not_examined: return "not_examined";
    case State::none: return "none";
    case State::intact: return "intact";
    case State::trusted: return "trusted";
    case State::broken: return "broken";
    case State::found: return "found";
    case State::altered: return "altered";
  }
  return "not_examined";
}

}  // namespace bonafide::provenance
