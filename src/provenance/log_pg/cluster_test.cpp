#include "provenance/log_pg/cluster_test.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/files.h"
#include "base/process.h"

namespace bonafide::testing {
namespace {

namespace fs = std::filesystem;
constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin/";

Result<std::string> run(std::vector<std::string> command) {
  if (::getuid() == 0) {
    const std::vector<std::string> as{"/usr/sbin/runuser", "-u", "postgres", "--"};
    command.insert(command.begin(), as.begin(), as.end());
  }
  const auto answer = run_program({.command = command, .input = {}, .most = 1 << 20, .seconds = 120});
  if (!answer) return answer.error();
  if (answer->exit_code != 0) return make_error(Code::unavailable, command.back() + ": " + answer->said);
  return std::string(answer->output.begin(), answer->output.end());
}
std::string program(const std::string& name) { return kPrograms + name; }

/// The ports are names of sockets; nothing listens on the network.
std::string settings(int port, const std::string& folder) {
  return "port = " + std::to_string(port) + "\nlisten_addresses = ''\nunix_socket_directories = '" + folder +
         "'\nwal_level = replica\nmax_wal_senders = 8\nhot_standby = on\nsynchronous_commit = on\nfsync = on\n"
         "max_connections = 40\nshared_buffers = 16MB\nlogging_collector = off\n";
}

}  // namespace

std::string postgres_missing() {
  for (const char* const name : {"initdb", "pg_ctl", "pg_basebackup", "psql"})
    if (!fs::exists(program(name))) return "PostgreSQL 15 is not installed (postgresql-15)";
  if (::getuid() == 0 && !fs::exists("/usr/sbin/runuser")) return "runuser is not installed";
  return {};
}

Result<std::unique_ptr<Cluster>> Cluster::create() {
  const auto folder = run({"/bin/mktemp", "-d", "/tmp/bonafide-pg-XXXXXX"});
  if (!folder) return folder.error();
  return std::unique_ptr<Cluster>(new Cluster(folder->substr(0, folder->find('\n'))));
}

Cluster::~Cluster() {
  while (!running_.empty()) kill(running_.back());
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Result<void> Cluster::start_first() {
  const int port = ++last_;
  TRY(run(
      {program("initdb"), "-D", data(port), "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C"}));
  TRY(run({"/bin/sh", "-c", "cat >> " + data(port) + "/postgresql.conf <<'END'\n" + settings(port, folder_) + "END"}));
  TRY(run({program("pg_ctl"), "-D", data(port), "-l", data(port) + ".log", "-w", "start"}));
  running_.push_back(port);
  return {};
}

Result<int> Cluster::add_standby(int from) {
  const int port = ++last_;
  TRY(run({program("pg_basebackup"), "-h", folder_, "-p", std::to_string(from), "-U", "postgres", "-D", data(port),
           "-R", "-X", "stream", "-c", "fast", "--no-sync"}));
  TRY(run({"/bin/sh", "-c", "cat >> " + data(port) + "/postgresql.conf <<'END'\n" + settings(port, folder_) + "END"}));
  TRY(run({program("pg_ctl"), "-D", data(port), "-l", data(port) + ".log", "-w", "start"}));
  running_.push_back(port);
  for (int tries = 0; tries < 300; ++tries) {
    if (one(from, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == "1") return port;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return make_error(Code::unavailable, "the standby does not follow");
}

void Cluster::kill(int port) {
  std::erase(running_, port);
  const auto text = read_file(data(port) + "/postmaster.pid", 1000);
  if (!text) return;
  const int parent = std::atoi(text->c_str());
  if (parent <= 1) return;
  ::kill(parent, SIGSTOP);  // so that it neither starts nor buries anybody meanwhile
  const auto children = run_program(
      {.command = {"/usr/bin/pgrep", "-P", std::to_string(parent)}, .input = {}, .most = 10'000, .seconds = 20});
  ::kill(parent, SIGKILL);
  if (children) {
    const std::string list(children->output.begin(), children->output.end());
    for (std::size_t at = 0; at < list.size(); at = list.find('\n', at) + 1) {
      if (const int child = std::atoi(list.c_str() + at); child > 1) ::kill(child, SIGKILL);
      if (list.find('\n', at) == std::string::npos) break;
    }
  }
}

Result<void> Cluster::promote(int port) {
  TRY(run({program("pg_ctl"), "-D", data(port), "-w", "promote"}));
  return {};
}

Result<void> Cluster::wait_for_standby(int port, bool wait) {
  one(port, std::string("ALTER SYSTEM SET synchronous_standby_names = '") + (wait ? "*" : "") + "'");
  one(port, "SELECT pg_reload_conf()");
  for (int tries = 0; tries < 100; ++tries) {
    if (one(port, "SHOW synchronous_standby_names") == (wait ? "*" : "")) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return make_error(Code::unavailable, "the server does not take its settings");
}

std::string Cluster::connection(const std::vector<int>& ports) const {
  std::string hosts, numbers;
  for (const int port : ports) {
    hosts += (hosts.empty() ? "" : ",") + folder_;
    numbers += (numbers.empty() ? "" : ",") + std::to_string(port);
  }
  return "host=" + hosts + " port=" + numbers +
         " user=postgres dbname=postgres target_session_attrs=read-write "
         "connect_timeout=5";
}

std::string Cluster::one(int port, const std::string& statement) const {
  const auto said =
      run({program("psql"), "-h", folder_, "-p", std::to_string(port), "-U", "postgres", "-Atqc", statement});
  return said ? said->substr(0, said->find('\n')) : "";
}

}  // namespace bonafide::testing
