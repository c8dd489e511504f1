#include "forensics/finding.h"

#include "forensics/detector.h"

namespace bonafide::forensics {

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::sign: return "sign";
    case Outcome::nothing_found: return "nothing_found";
    case Outcome::fact: return "fact";
    case Outcome::not_applicable: return "not_applicable";
    case Outcome::not_examined: return "not_examined";
    case Outcome::failed: return "failed";
  }
  return "failed";
}

std::string_view to_string(Strength strength) {
  switch (strength) {
    case Strength::none: return "none";
    case Strength::weak: return "weak";
    case Strength::moderate: return "moderate";
    case Strength::strong: return "strong";
    case Strength::very_strong: return "very_strong";
  }
  return "none";
}

std::string_view to_string(Group group) {
  switch (group) {
    case Group::file: return "file";
    case Group::compression: return "compression";
    case Group::noise: return "noise";
    case Group::synthesis: return "synthesis";
    case Group::content: return "content";
    case Group::face: return "face";
    case Group::sync: return "sync";
  }
  return "file";
}

Finding not_applicable(std::string reason) {
  Finding finding;
  finding.outcome = Outcome::not_applicable;
  finding.reason = std::move(reason);
  return finding;
}

Finding nothing_found(std::string claim, std::string sentence) {
  Finding finding;
  finding.outcome = Outcome::nothing_found;
  finding.claim = std::move(claim);
  finding.sentence = std::move(sentence);
  return finding;
}

}  // namespace bonafide::forensics
