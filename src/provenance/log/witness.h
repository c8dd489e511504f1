// Witnesses (c2sp.org/tlog-witness): others who see every checkpoint of a log and refuse one that does not continue
// what they saw before. Here are both sides: asking one, and being one on a folder. How the bytes travel is the
// caller's business.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "provenance/log/durable.h"
#include "provenance/log/reader.h"

namespace bonafide::provenance::log {

struct AddCheckpoint {
  std::uint64_t old = 0;   ///< the size that the witness saw last
  Proof proof;             ///< from there to the checkpoint
  std::string checkpoint;  ///< a signed note
};
std::string write_add_checkpoint(const AddCheckpoint& request);
Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);

/// As HTTP has it.
struct WitnessAnswer {
  int status = 0;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};
inline constexpr std::string_view kSizeType = "text/x.tlog.size";

/// A witness of our own. Its folder holds witness.key, logs (a key a line) and what it saw last of each. Several
/// processes may serve one folder.
class Witness {
 public:
  /// invalid_argument: there is one already.
  static Result<void> create(const std::string& folder, const std::string& name);
  static Result<Witness> open(const std::string& folder, StepHook hook = {});

  const NoteKey& key() const { return signer_.key(); }
  /// From now on this log is witnessed. denied: the origin is known with another key, which is never replaced: who
  /// could replace it could show two trees.
  Result<void> trust(const NoteKey& log);
  /// Cosigns or refuses; what it cosigned is durable before it answers. `now`: seconds since 1970.
  WitnessAnswer add_checkpoint(std::string_view body, std::uint64_t now);
  /// The last checkpoint of this log that it cosigned.
  Result<std::optional<std::string>> latest(std::string_view origin) const;

 private:
  Witness(std::string folder, NoteSigner signer, StepHook hook)
      : folder_(std::move(folder)), signer_(std::move(signer)), hook_(std::move(hook)) {}
  Result<std::vector<NoteKey>> logs() const;
  Result<WitnessAnswer> judge(const AddCheckpoint& request, std::uint64_t now);
  std::string folder_;
  NoteSigner signer_;
  StepHook hook_;
};

/// Sends a body to a witness.
using AskWitness = std::function<Result<WitnessAnswer>(const std::string& body)>;
/// A cosignature line for the checkpoint by this witness. `tree` sees the checkpoint's tree. denied: the witness saw a
/// larger tree, or another one, of this log: the log was rolled back, or shows different trees to different people.
Result<std::string> ask_to_cosign(const AskWitness& ask, const NoteKey& witness, const std::string& checkpoint,
                                  LogReader& tree, std::uint64_t old = 0);

}  // namespace bonafide::provenance::log
