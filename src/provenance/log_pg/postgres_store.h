// The log in PostgreSQL: for several writers on several machines, and for a log that outlives the machine it runs on
// (with a synchronous standby). Readers never ask the database: a publisher writes the same static files that a folder
// store has, and only a published checkpoint was ever shown to anybody.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "provenance/log/durable.h"
#include "provenance/log/store.h"
#include "provenance/log/tree_edge.h"

namespace bonafide::provenance::log {

struct PostgresOptions {
  /// As libpq takes it: "host=a,b dbname=log target_session_attrs=read-write" finds the one that may write.
  std::string connection;
  std::string folder;  ///< what is handed out
  std::string keep;    ///< the guard of what was published, and the publisher's lock; on this machine
  AddBounds bounds = {};
  int patience_s = 30;  ///< how long a lost connection is sought again before an Error
};

class PostgresStore : public LogStore {
 public:
  /// Makes the tables and an empty log, signed and published. invalid_argument: there is one already.
  static Result<void> create(const PostgresOptions& options, const NoteSigner& signer);
  /// denied: the database holds an older or another tree than was published before; unavailable: nobody answers.
  static Result<std::unique_ptr<PostgresStore>> open(PostgresOptions options, NoteSigner signer);
  ~PostgresStore() override;

  /// Durable as the database is: with synchronous_standby_names set, on the standby, too. Published before it returns.
  Result<std::vector<std::uint64_t>> add(std::vector<Bytes> entries) override;
  Result<SignedCheckpoint> checkpoint() override;
  /// Writes what the database has and the folder lacks. Several publishers may work at once; each brings its folder on.
  Result<void> publish();

 private:
  class Connection;
  PostgresStore(PostgresOptions options, NoteSigner signer);
  Result<void> commit(std::vector<AddRequest*>& batch);
  Result<void> patiently(const std::function<Result<void>()>& work);
  Result<void> append(std::vector<AddRequest*>& batch);
  Result<void> insert(std::vector<AddRequest*>& batch);
  Result<void> bring_on();

  PostgresOptions options_;
  NoteSigner signer_;
  std::unique_ptr<Connection> connection_;
  AddQueue queue_;
  std::unique_ptr<TreeEdge> published_;  ///< the folder's edge
};

}  // namespace bonafide::provenance::log
