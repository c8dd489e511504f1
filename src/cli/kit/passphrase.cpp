#include "cli/kit/passphrase.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>

#include "base/files.h"

namespace bonafide::cli {

namespace {

constexpr std::uint64_t kMostPassphrase = 4096;

// The terminal itself, whatever standard input and output are; closed, and echoing again, when it goes.
class Terminal {
 public:
  Terminal() : descriptor_(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (descriptor_ < 0 || ::tcgetattr(descriptor_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL | ICANON;
    silenced_ = ::tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (silenced_) ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  bool ready() const { return silenced_; }
  Result<std::string> ask(const std::string& prompt) const {
    const std::string shown = prompt + ": ";
    if (::write(descriptor_, shown.data(), shown.size()) < 0) return make_error(Code::io, "the terminal is gone");
    std::string line;
    for (char c = 0; ::read(descriptor_, &c, 1) == 1 && c != '\n';) {
      if (line.size() == kMostPassphrase) return make_error(Code::limit, "a passphrase that long was not meant");
      line += c;
    }
    return line;
  }

 private:
  int descriptor_ = -1;
  termios before_{};
  bool silenced_ = false;
};

Result<std::string> some(std::string passphrase) {
  if (passphrase.empty()) return make_error(Code::invalid_argument, "the passphrase is empty");
  return passphrase;
}

Error nobody_to_ask(const char* variable) {
  return make_error(Code::unavailable, std::string("a passphrase is due: --passphrase-file, $") + variable +
                                           " or a terminal to type it at");
}

Result<std::string> asked(const std::string& file, const char* variable, const std::string& prompt, bool twice) {
  if (!file.empty()) {
    std::string text = TRY(read_file(file, kMostPassphrase));
    return some(text.substr(0, text.find_first_of("\r\n")));
  }
  if (const char* const set = std::getenv(variable); set != nullptr) return some(set);
  const Terminal terminal;
  if (!terminal.ready()) return nobody_to_ask(variable);
  const std::string typed = TRY(terminal.ask(prompt));
  std::string passphrase = TRY(some(typed));
  if (twice && TRY(terminal.ask("the same again")) != passphrase)
    return make_error(Code::invalid_argument, "the two passphrases differ");
  return passphrase;
}

}  // namespace

Result<std::string> ask_passphrase(const std::string& file, const char* variable, const std::string& prompt) {
  return asked(file, variable, prompt, false);
}

Result<std::string> ask_new_passphrase(const std::string& file, const char* variable, const std::string& prompt) {
  return asked(file, variable, prompt, true);
}

bool can_ask_passphrase(const std::string& file, const char* variable) {
  return !file.empty() || std::getenv(variable) != nullptr || Terminal().ready();
}

}  // namespace bonafide::cli
