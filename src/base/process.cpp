#include "base/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

extern char** environ;

namespace bonafide {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMostSaid = 4096;       // bytes of standard error that are kept
constexpr std::size_t kMostLine = 200;        // of those, bytes that are shown
constexpr auto kTick = milliseconds(50);      // how often an exit is looked for while pipes stay open
constexpr auto kShortTick = milliseconds(1);  // once both are closed

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }
  int number() const { return number_; }
  bool open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor reading, writing;
};

/// Both ends above standard error, so that none stands where the child's own three go.
Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return make_error(Code::io, "no pipe can be opened");
  const Descriptor low_reading(ends[0]);
  const Descriptor low_writing(ends[1]);
  Pipe pipe{Descriptor(fcntl(ends[0], F_DUPFD_CLOEXEC, 3)), Descriptor(fcntl(ends[1], F_DUPFD_CLOEXEC, 3))};
  if (!pipe.reading.open() || !pipe.writing.open()) return make_error(Code::io, "no pipe can be opened");
  return pipe;
}

void never_wait(const Descriptor& descriptor) { fcntl(descriptor.number(), F_SETFL, O_NONBLOCK); }

/// While it lives, writing into a closed pipe is an error of this thread and not the end of the program.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;
  ~NoBrokenPipe() {
    const timespec now{0, 0};
    if (!was_pending_) sigtimedwait(&set_, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t set_{}, before_{};
  bool was_pending_ = false;
};

/// The child, killed and waited for when it is still there at the end.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (id_ <= 0) return;
    kill(id_, SIGKILL);
    while (waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  int start(const std::vector<std::string>& command, const std::array<int, 3>& streams) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    for (int i = 0; i < 3; ++i) posix_spawn_file_actions_adddup2(&actions, streams[static_cast<std::size_t>(i)], i);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<char*> arguments;
    for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));  // POSIX's signature
    arguments.push_back(nullptr);
    const int failure = posix_spawnp(&id_, arguments.front(), &actions, &attributes, arguments.data(), environ);
    if (failure != 0) id_ = -1;
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failure;
  }

  /// True once it has ended; `status` as waitpid gives it, or -1 when somebody else has taken it.
  bool ended(int& status) {
    const pid_t answer = waitpid(id_, &status, WNOHANG);
    if (answer == 0 || (answer < 0 && errno == EINTR)) return false;
    if (answer < 0) status = -1;
    id_ = -1;
    return true;
  }

 private:
  pid_t id_ = -1;
};

struct Streams {
  Descriptor input, output, said;
  std::size_t written = 0;
};

/// Takes what is there; closes the pipe at its end. False: more than `most` came and `strict` forbids it.
bool drain(Descriptor& pipe, std::string& into, std::size_t most, bool strict) {
  std::array<char, 65'536> buffer{};
  while (pipe.open()) {
    const ssize_t count = read(pipe.number(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return true;
    if (count <= 0) {
      pipe.close();
      return true;
    }
    const std::size_t room = most - into.size();
    const auto came = static_cast<std::size_t>(count);
    if (strict && came > room) return false;
    into.append(buffer.data(), std::min(room, came));
  }
  return true;
}

void feed(Streams& streams, ByteView input) {
  while (streams.input.open() && streams.written < input.size()) {
    const ssize_t count = write(streams.input.number(), input.data() + streams.written, input.size() - streams.written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) break;  // it does not want the rest
    streams.written += static_cast<std::size_t>(count);
  }
  streams.input.close();
}

std::string first_line(const std::string& text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string::npos) return {};
  std::string line = text.substr(start, text.find_first_of("\r\n", start) - start);
  if (line.size() > kMostLine) line.resize(kMostLine);
  return clean_utf8(line);
}

void wait_for_news(const Streams& streams, milliseconds most) {
  std::array<pollfd, 3> wanted = {pollfd{streams.input.number(), POLLOUT, 0},
                                  pollfd{streams.output.number(), POLLIN, 0},
                                  pollfd{streams.said.number(), POLLIN, 0}};  // poll skips -1
  if (!streams.output.open() && !streams.said.open()) {
    std::this_thread::sleep_for(std::min<milliseconds>(most, kShortTick));
  } else {
    poll(wanted.data(), wanted.size(), static_cast<int>(std::min<milliseconds>(most, kTick).count()));
  }
}

Result<ProgramAnswer> answer_of(int status, const std::string& name, const std::string& output,
                                const std::string& said) {
  if (status == -1) return make_error(Code::unavailable, "how " + name + " ended cannot be told");
  if (WIFSIGNALED(status)) {
    return make_error(Code::unavailable, fmt::format("{} was ended by signal {}", name, WTERMSIG(status)));
  }
  const ByteView bytes = as_bytes(output);
  return ProgramAnswer{WEXITSTATUS(status), Bytes(bytes.begin(), bytes.end()), first_line(said)};
}

Result<ProgramAnswer> converse(const ProgramRun& run, Child& child, Streams& streams) {
  const std::string& name = run.command.front();
  const auto until = SteadyClock::now() + std::chrono::seconds(run.seconds);
  std::string output;
  std::string said;
  for (;;) {
    int status = 0;
    const bool ended = child.ended(status);  // before the last look into the pipes, so that nothing is missed
    feed(streams, run.input);
    if (!drain(streams.output, output, run.most, true)) {
      return make_error(Code::limit, fmt::format("{} wrote more than {} bytes", name, run.most));
    }
    drain(streams.said, said, kMostSaid, false);
    if (ended) return answer_of(status, name, output, said);
    const auto left = std::chrono::ceil<milliseconds>(until - SteadyClock::now());
    if (left <= milliseconds(0)) {
      return make_error(Code::unavailable, fmt::format("{} did not end within {} s", name, run.seconds));
    }
    wait_for_news(streams, left);
  }
}

}  // namespace

Result<ProgramAnswer> run_program(const ProgramRun& run) {
  const bool nul =
      std::ranges::any_of(run.command, [](const std::string& each) { return each.find('\0') != std::string::npos; });
  if (run.command.empty() || run.command.front().empty() || nul) {
    return make_error(Code::invalid_argument, "there is no program to run");
  }
  const NoBrokenPipe guard;
  Pipe input = TRY(make_pipe());
  Pipe output = TRY(make_pipe());
  Pipe said = TRY(make_pipe());
  Child child;
  const int failure =
      child.start(run.command, {input.reading.number(), output.writing.number(), said.writing.number()});
  if (failure != 0) {
    return make_error(Code::unavailable,
                      fmt::format("{} cannot be started: {}", run.command.front(), std::strerror(failure)));
  }
  input.reading.close();
  output.writing.close();
  said.writing.close();
  Streams streams{std::move(input.writing), std::move(output.reading), std::move(said.reading)};
  for (const Descriptor* const each : {&streams.input, &streams.output, &streams.said}) never_wait(*each);
  return converse(run, child, streams);
}

}  // namespace bonafide
