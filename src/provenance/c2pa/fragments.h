// Streams whose media lies in fragments (C2PA 2.5 §16.3.2.6, §A.5.3.1.2): one initialization segment with the manifest,
// and fragments with a proof each, in files of their own or one behind the other in a single file.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/cbor.h"
#include "crypto/hash.h"
#include "provenance/c2pa/hash_trace.h"
#include "provenance/c2pa/locate.h"

namespace bonafide::provenance::c2pa {

/// Opened when it is needed and closed after: streams have thousands. Safe to open from several threads.
struct Fragment {
  std::string name;  ///< for messages
  std::function<Result<std::shared_ptr<const media::ByteSource>>()> open;
};
Fragment file_fragment(const std::string& path);

/// Checks fragments against the binding of the initialization segment, one by one as they come or all at once.
class FragmentCheck {
 public:
  struct Answer {
    std::string wrong;         ///< why the fragment does not hold, or empty
    std::uint64_t unique = 0;  ///< of its tree
    std::uint64_t local = 0;
    std::uint64_t location = 0;  ///< its place in the stream, from 0
    std::uint64_t count = 0;     ///< fragments of the whole stream
    bool unseen = false;         ///< an offset in it could not be followed
  };

  /// `binding` is the map of c2pa.hash.bmff.v2 or v3 and must outlive this, as must `init`. Hashes the initialization
  /// segment. corrupt, unsupported: boxes that cannot be read; what does not hold is wrong().
  static Result<FragmentCheck> open(const cbor::Value& binding, crypto::HashAlgorithm fallback,
                                    const media::ByteSource& init, const Context& context, HashTrace& trace);
  FragmentCheck(FragmentCheck&&) noexcept;
  ~FragmentCheck();

  /// Why the initialization segment does not hold, or empty. While it is not empty, nothing else may be asked.
  const std::string& wrong() const;
  /// One fragment in a file of its own, wherever it belongs.
  Result<Answer> one(const media::ByteSource& fragment, const Context& context, HashTrace& trace) const;
  /// Fragments in the order of playing, side by side on all cores. Some may be missing, at the ends or between; none
  /// may come twice or out of order. Answers the first that does not hold, or else the last one.
  Result<Answer> all(const std::vector<Fragment>& fragments, const Context& context, HashTrace& trace) const;

 private:
  struct State;
  explicit FragmentCheck(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::provenance::c2pa
