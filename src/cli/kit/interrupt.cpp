#include "cli/kit/interrupt.h"

#include <unistd.h>
#include <csignal>
#include <thread>

namespace bonafide::cli {

std::stop_token stop_on_interrupt() {
  static std::stop_source source;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A signal handler may not touch a stop_source; a thread that waits for the signal may.
  std::thread([signals] {
    int number = 0;
    sigwait(&signals, &number);
    source.request_stop();
    sigwait(&signals, &number);
    ::_exit(130);
  }).detach();
  return source.get_token();
}

}  // namespace bonafide::cli
