// Being a witness over HTTP (c2sp.org/tlog-witness): POST /add-checkpoint, and what was seen last of each log.
#pragma once
#include <memory>
#include <mutex>
#include <string>

#include "app/serve/metrics.h"
#include "app/serve/rate.h"
#include "base/serve.h"
#include "provenance/log/witness.h"

namespace bonafide::app {

class WitnessService {
 public:
  /// `address_rate`: requests a second from one address, 0: as many as come.
  static Result<std::unique_ptr<WitnessService>> open(const std::string& folder, double address_rate);
  WebAdmission admit(const WebRequest& head);
  WebAnswer answer(const WebRequest& request);
  const provenance::log::NoteKey& key() const { return witness_.key(); }
  WebService service();  ///< this object as functions; it must outlive them

 private:
  WitnessService(std::string folder, provenance::log::Witness witness, double rate)
      : folder_(std::move(folder)), witness_(std::move(witness)), addresses_(rate, 4 * rate) {}
  WebAnswer add_checkpoint(const WebRequest& request);
  WebAnswer seen(std::string_view name, std::string_view accept) const;
  std::string folder_;
  std::mutex mutex_;
  provenance::log::Witness witness_;
  RateLimit addresses_;
  Metrics metrics_;
};

}  // namespace bonafide::app
