#include "support/support.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>

namespace bonafide::testing {

namespace fs = std::filesystem;

namespace {
// Test programs run side by side: one lock per file, so that each is made once.
class FolderLock {
 public:
  explicit FolderLock(const std::string& path) : descriptor_(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644)) {
    ::flock(descriptor_, LOCK_EX);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() { ::close(descriptor_); }

 private:
  int descriptor_;
};

std::string media_folder() {
  const std::string folder = std::string(BONAFIDE_BINARY_DIR) + "/test-media";
  fs::create_directories(folder);
  return folder;
}
}  // namespace

std::string made(std::string_view name, std::string_view command) {
  const std::string key = fmt::format("{:016x}", std::hash<std::string_view>{}(command));
  const std::string path = fmt::format("{}/{}-{}", media_folder(), key, name);
  const FolderLock lock(fmt::format("{}/{}.lock", media_folder(), key));
  if (fs::exists(path)) return path;
  const std::string part = fmt::format("{}/{}.part-{}", media_folder(), key, name);
  const std::string line =
      fmt::format("OUT='{}'; export OUT; {{ {}; }} </dev/null >'{}/{}.log' 2>&1", part, command, media_folder(), key);
  if (std::system(line.c_str()) != 0 || !fs::exists(part)) {
    std::fprintf(stderr, "cannot make the test file %s; see %s/%s.log\n", std::string(name).c_str(),
                 media_folder().c_str(), key.c_str());
    std::abort();
  }
  fs::rename(part, path);
  return path;
}

std::optional<std::string> shared(std::string_view name) {
  const char* const moved = std::getenv("BONAFIDE_SHARED");
  const std::string folder = moved != nullptr ? moved : std::string(BONAFIDE_SOURCE_DIR) + "/../shared/data";
  const std::string path = folder + "/" + std::string(name);
  if (!fs::exists(path)) return std::nullopt;
  return path;
}

std::string skip_line(std::string_view name) {
  return fmt::format("skipped: ../shared/data/{} is not beside this checkout", name);
}

std::optional<std::string> sample(std::string_view name) {
  const std::string folder = "/usr/share/doc/opencv-doc/examples/data/";
  const std::string path = folder + std::string(name);
  if (fs::exists(path)) return path;
  if (fs::exists(path + ".gz")) return made(name, fmt::format("gzip -dc '{}.gz' > \"$OUT\"", path));
  return std::nullopt;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "bonafide-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace bonafide::testing
