// Runs a command several times from outside and prints one line: median wall seconds, highest peak memory (MiB), bytes
// read and written by system calls in one run (as many times the size given as that is), exit code.
//   measure RUNS SIZE COMMAND [ARGUMENT …]      what the command prints is thrown away
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

struct Run {
  double wall = 0;
  long peak = 0;  ///< KiB
  unsigned long long read = 0, written = 0;
  int code = 0;
};

void take_io(pid_t child, Run& run) {  // of a process that has ended and not been reaped: the kernel still knows
  const std::string path = "/proc/" + std::to_string(child) + "/io";
  FILE* const file = std::fopen(path.c_str(), "r");
  if (file == nullptr) return;
  if (std::fscanf(file, "rchar: %llu\nwchar: %llu", &run.read, &run.written) != 2) run.read = run.written = 0;
  std::fclose(file);
}

Run once(char** words) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  const auto started = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (::posix_spawnp(&child, words[0], &actions, nullptr, words, environ) != 0) {
    std::perror(words[0]);
    std::exit(2);
  }
  posix_spawn_file_actions_destroy(&actions);
  Run run;
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
  run.wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  take_io(child, run);
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  run.peak = usage.ru_maxrss;
  run.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return run;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: measure RUNS SIZE COMMAND [ARGUMENT …]\n");
    return 2;
  }
  const int count = std::max(1, std::atoi(argv[1]));
  const double size = std::max(1.0, std::atof(argv[2]));
  std::vector<Run> runs;
  for (int i = 0; i < count; ++i) {
    runs.push_back(once(argv + 3));
    if (runs.back().code >= 126) break;  // it cannot be run, or died: once is enough
  }
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.wall < b.wall; });
  long peak = 0;
  for (const Run& run : runs) peak = std::max(peak, run.peak);
  const Run& middle = runs[runs.size() / 2];
  std::printf("%.4f %.1f %.2f %.2f %d\n", middle.wall, static_cast<double>(peak) / 1024,
              static_cast<double>(middle.read) / size, static_cast<double>(middle.written) / size, middle.code);
  return 0;
}
