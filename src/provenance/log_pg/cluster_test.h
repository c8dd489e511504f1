// PostgreSQL clusters for tests: made below /tmp, reached over a socket there alone, gone afterwards. As root they run
// as the user postgres, since PostgreSQL refuses to run as root.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace bonafide::testing {

/// "" when PostgreSQL 15 can be started here; else a line that says why not.
std::string postgres_missing();

class Cluster {
 public:
  /// Nothing is running yet.
  static Result<std::unique_ptr<Cluster>> create();
  ~Cluster();  ///< stops and removes everything

  /// Makes the first server, port 1.
  Result<void> start_first();
  /// A standby copied from the server on `from`, on the next port, which the primary then waits for.
  Result<int> add_standby(int from);
  /// kill -9 of a server and all its processes.
  void kill(int port);
  Result<void> promote(int port);
  /// Makes commits wait for a standby (or not).
  Result<void> wait_for_standby(int port, bool wait);
  /// For libpq: these servers, whichever of them may write.
  std::string connection(const std::vector<int>& ports) const;
  std::string one(int port, const std::string& statement) const;

 private:
  explicit Cluster(std::string folder) : folder_(std::move(folder)) {}
  std::string data(int port) const { return folder_ + "/" + std::to_string(port); }
  std::string folder_;
  int last_ = 0;
  std::vector<int> running_;
};

}  // namespace bonafide::testing
