#include "app/environment.h"

#include <sys/utsname.h>

#include <chrono>
#include <fstream>

#include "base/files.h"
#include "base/time.h"
#include "crypto/hash.h"
#include "forensics/face/face.h"
#include "media/decode/versions.h"

namespace bonafide::app {

namespace {

std::string system_name() {
  std::string name = "unknown system";
  std::ifstream release("/etc/os-release");
  for (std::string line; std::getline(release, line);) {
    constexpr std::string_view key = "PRETTY_NAME=\"";
    if (line.starts_with(key) && line.ends_with('"')) name = line.substr(key.size(), line.size() - key.size() - 1);
  }
  struct utsname machine {};
  if (::uname(&machine) == 0) name += std::string(", ") + machine.machine;
  return name;
}

std::string hash_of(const std::string& path) {
  const auto file = FileReader::open(path);
  if (!file) return "missing";
  const auto digest = crypto::digest_file(crypto::HashAlgorithm::sha256, *file, {});
  return digest ? to_hex(*digest) : "unreadable";
}

}  // namespace

std::string version() { return BONAFIDE_VERSION; }

report::Environment environment(const std::string& command, bool with_faces) {
  report::Environment environment;
  environment.version = version();
  environment.made_at = to_rfc3339(std::chrono::system_clock::now());
  environment.system = system_name();
  environment.libraries = media::library_versions();
  environment.command = command;
  if (with_faces) {
    const std::string model = forensics::face::landmark_model_path();
    static const std::string hash = hash_of(model);
    environment.models.emplace_back(model, hash);
  }
  return environment;
}

}  // namespace bonafide::app
