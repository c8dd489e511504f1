#include "app/doctor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "app/credential/trust.h"
#include "base/config.h"
#include "base/files.h"
#include "base/time.h"
#include "forensics/detector.h"
#include "forensics/face/face.h"
#include "media/decode/versions.h"

namespace bonafide::app {

namespace {

Symptom landmarks() {
  const std::string path = forensics::face::landmark_model_path();
  const bool there = FileReader::open(path).has_value();
  return {"face landmarks", there, false,
          there ? path : "without them blinking and lip tests are not examined: " + path + " is missing",
          there ? "" : "apt-get install libdlib-data"};
}

Symptom codecs() {
  std::string missing;
  const auto known = media::decoders();
  for (const auto& [name, has] : known) {
    if (!has) missing += (missing.empty() ? "" : ", ") + name;
  }
  if (missing.empty())
    return {"decoders", true, false, fmt::format("{} of {} common formats", known.size(), known.size()), ""};
  return {"decoders", false, false, "missing: " + missing, "apt-get install libavcodec59 libheif1"};
}

Symptom memory(const Limits& limits) {
  const std::uint64_t there =
      static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const bool good = there >= limits.memory;
  const std::string note = fmt::format("{} MiB here, limit for decoded media {} MiB", there >> 20, limits.memory >> 20);
  return {"memory", good, false, note,
          good ? "" : fmt::format("printf '[limits]\\nmemory = {}\\n' >> {}", there >> 21, config_path())};
}

Symptom scratch() {
  std::error_code error;
  const auto folder = std::filesystem::temp_directory_path(error);
  const bool good = !error && ::access(folder.c_str(), W_OK) == 0;
  return {"temporary folder", good, true, good ? folder.string() : "cannot be written",
          good ? "" : "export TMPDIR=/var/tmp"};
}

Symptom trust_lists() {
  const auto lists = list_trust(trust_folder(), unix_now());
  if (!lists) return {"trust lists", false, false, lists.error().to_string(), "bonafide trust remove NAME"};
  if (lists->empty()) return {"trust lists", true, false, "none: no signer is trusted unless --trust names a list", ""};
  std::string stale;
  for (const auto& list : *lists) {
    if (list.stale) stale += (stale.empty() ? "" : ", ") + list.name;
  }
  if (stale.empty()) return {"trust lists", true, false, fmt::format("{} in {}", lists->size(), trust_folder()), ""};
  return {"trust lists", false, false, "a newer snapshot was due: " + stale, "bonafide trust update FILE"};
}

Symptom tests() {
  const std::size_t count = forensics::detectors().size();
  return {"tests", count > 0, true, fmt::format("{} in this build", count), count > 0 ? "" : "make clean && make"};
}

}  // namespace

std::vector<Symptom> examine_machine(const Limits& limits) {
  return {tests(), landmarks(), codecs(), trust_lists(), memory(limits), scratch()};
}

}  // namespace bonafide::app
