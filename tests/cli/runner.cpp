// Runs one command-line case: a folder {cmd, in/, out, rc, …}, described in tests/cli/README.md.
//   cli_runner CASE PROGRAM SHARED_FOLDER
// Ends with 0 when everything is as written, 1 when not, 77 when the case needs files that are not here.
#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "match.h"
#include "support/support.h"

namespace {

namespace fs = std::filesystem;
using bonafide::cli_test::match_lines;

constexpr int kSkipped = 77;

std::optional<std::string> slurp(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  return std::string((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}

std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.symlink_status().type() != fs::file_type::directory)
      names.insert(entry.path().lexically_relative(folder).string());
  return names;
}

class Case {
 public:
  Case(fs::path folder, std::string program, std::string shared)
      : folder_(std::move(folder)), program_(std::move(program)), shared_(std::move(shared)) {}

  int run() {
    if (const auto missing = missing_need()) {
      fmt::print("skipped: {} is not here\n", *missing);
      return kSkipped;
    }
    if (fs::is_directory(folder_ / "in")) fs::copy(folder_ / "in", work(), fs::copy_options::recursive);
    if (const auto setup = slurp(folder_ / "setup"); setup && shell(*setup, "setup") != 0) {
      fmt::print("setup failed:\n{}{}", printed("setup.out"), printed("setup.err"));
      return 1;
    }
    const auto before = files_in(work());
    const int code = shell(slurp(folder_ / "cmd").value_or("exit 99"), "cmd");
    compare_code(code);
    compare("out");
    compare("err");
    compare_files(before);
    if (wrong_ == 0) return 0;
    fmt::print("--- it printed:\n{}--- and on the error stream:\n{}", printed("cmd.out"), printed("cmd.err"));
    return 1;
  }

 private:
  fs::path work() const { return fs::path(place_.path()) / "work"; }
  std::string printed(const std::string& name) const { return slurp(place_.file(name)).value_or(""); }

  std::optional<std::string> missing_need() const {
    fs::create_directories(work());
    for (const std::string& name : lines_of(slurp(folder_ / "needs").value_or(""))) {
      const fs::path path = name.front() == '/' ? fs::path(name) : fs::path(shared_) / name;
      if (!fs::exists(path)) return path.string();
    }
    return std::nullopt;
  }

  /// The exit code of a bash script run in the work folder, as a shell would report it.
  int shell(const std::string& script, const std::string& name) const {
    {
      std::ofstream file(place_.file(name));
      file << "set -o pipefail\n" << script;
    }
    const std::string line = fmt::format(
        "cd '{0}/work' && env -u NO_COLOR -u CLICOLOR_FORCE -u BONAFIDE_TRUST -u BONAFIDE_CONFIG LC_ALL=C.UTF-8 "
        "TERM=dumb HOME='{0}' XDG_CONFIG_HOME='{0}' "
        "BONAFIDE='{1}' SHARED='{2}' bash '{0}/{3}' </dev/null >'{0}/{3}.out' 2>'{0}/{3}.err'",
        place_.path(), program_, shared_, name);
    const int status = std::system(line.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  void compare_code(int code) {
    const std::string text = slurp(folder_ / "rc").value_or("0");
    if (code == std::stoi(text)) return;
    fmt::print("exit code {}, expected {}\n", code, std::stoi(text));
    ++wrong_;
  }

  void compare(const std::string& stream) {
    const auto expected = slurp(folder_ / stream);
    if (!expected) return;
    const auto difference = match_lines(*expected, printed("cmd." + stream));
    if (!difference) return;
    fmt::print("{}: {}\n", stream, *difference);
    ++wrong_;
  }

  void compare_files(const std::set<std::string>& before) {
    std::set<std::string> left = files_in(work());
    for (const std::string& name : lines_of(slurp(folder_ / "files").value_or(""))) {
      if (left.erase(name) > 0) continue;
      fmt::print("the file {} was not written\n", name);
      ++wrong_;
    }
    for (const std::string& name : left) {
      if (before.count(name) > 0) continue;
      fmt::print("the file {} was left behind\n", name);
      ++wrong_;
    }
  }

  fs::path folder_;
  std::string program_;
  std::string shared_;
  bonafide::testing::TemporaryFolder place_;
  int wrong_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: cli_runner CASE PROGRAM SHARED_FOLDER\n");
    return 2;
  }
  const char* const moved = std::getenv("BONAFIDE_SHARED");
  return Case(argv[1], argv[2], moved != nullptr ? moved : argv[3]).run();
}
