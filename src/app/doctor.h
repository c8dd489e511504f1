// doctor: is everything here that a check may need, and if not, which one command puts it there?
#pragma once
#include <string>
#include <vector>

#include "base/context.h"

namespace bonafide::app {

struct Symptom {
  std::string name;  ///< "face landmarks"
  bool good = false;
  bool needed = true;  ///< false: only some tests or formats go without
  std::string note;    ///< what it is for, or what was seen
  std::string fix;     ///< the command that mends it; empty when good
};

std::vector<Symptom> examine_machine(const Limits& limits);

}  // namespace bonafide::app
