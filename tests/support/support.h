// What tests share: media made on the spot, the neighbour folder ../shared, and Debian's sample files.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace bonafide::testing {

/// Runs `command` in a shell, once per build folder, with $OUT set to the file to write; answers its path.
/// `name` carries the extension ("tone.wav"). Ends the test run loudly when the command fails. The command's text is
/// part of the cache key. ffmpeg and espeak-ng are there (scripts/packages.txt).
std::string made(std::string_view name, std::string_view command);

/// "../shared/data/" + name beside the checkout, or nothing; use with GTEST_SKIP() << skip_line(name).
std::optional<std::string> shared(std::string_view name);
std::string skip_line(std::string_view name);

/// Debian's opencv-doc photographs and clips: "fruits.jpg", "ela_modified.jpg", "vtest.avi", … unpacked when
/// packed. Nothing when the package is missing.
std::optional<std::string> sample(std::string_view name);

/// A fresh empty folder for one test, removed when the object goes.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

}  // namespace bonafide::testing
