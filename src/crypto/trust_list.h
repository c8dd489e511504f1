// A trust-list snapshot as C2PA publishes it: JSON in the form of ETSI TS 119 602 ("LoTE") with C2PA's two service
// states.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "crypto/trust.h"

namespace bonafide::crypto {

struct TrustListSnapshot {
  AnchorList list;  ///< named after the scheme
  std::int64_t sequence = 0;
  UnixTime issued = 0;       ///< ListIssueDateTime
  UnixTime next_update = 0;  ///< NextUpdate: from then on the snapshot is stale, and a person should be told
  bool stale_at(UnixTime time) const { return time >= next_update; }
};

/// Every certificate of every service becomes an anchor for the periods in which its states (ServiceInformation and
/// ServiceHistory, by StatusStartingTime) say "trusted". The first such period is open to the past, as it is in the PEM
/// form of the same list, which has no dates: being listed late is no distrust. A withdrawn anchor ends where it was
/// withdrawn. `corrupt` with the entry's number when anything is missing or odd; at most 10 000 anchors.
Result<TrustListSnapshot> parse_trust_list(std::string_view json, std::vector<std::string> key_uses);

}  // namespace bonafide::crypto
