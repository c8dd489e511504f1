#include "provenance/c2pa/hash_trace.h"

namespace bonafide::provenance::c2pa {

std::string_view to_string(HashStep::Kind kind) {
  switch (kind) {
    case HashStep::Kind::range: return "range";
    case HashStep::Kind::literal: return "literal";
    case HashStep::Kind::excluded: return "excluded";
    case HashStep::Kind::box: return "box";
    case HashStep::Kind::part: return "part";
    case HashStep::Kind::leaf: return "leaf";
    case HashStep::Kind::node: return "node";
    case HashStep::Kind::result: return "result";
  }
  return "range";
}

}  // namespace bonafide::provenance::c2pa
