// What the program asks of operator new, counted for the whole test program.
#pragma once
#include <cstddef>

namespace bonafide::oracle {

/// Counts from its making on; one at a time.
class Allocations {
 public:
  Allocations();
  std::size_t largest() const;  ///< bytes of the largest single request
  std::size_t peak() const;     ///< most bytes held at once, above what was held at the start
};

}  // namespace bonafide::oracle
