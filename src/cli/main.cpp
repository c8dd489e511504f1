// bonafide: the command line. This file is the table of contents; each verb is a file of its own.
#include "app/compare.h"
#include "app/print.h"
#include "cli/credential/verbs.h"
#include "cli/kit/program.h"
#include "cli/lab_verbs.h"
#include "cli/log/verbs.h"
#include "cli/verbs.h"
#include "net/http_fetch.h"
#include "net/http_server.h"

namespace {

void add_log_with_network(bonafide::cli::VerbTable& verbs) {
  using namespace bonafide;
  cli::add_log_on(verbs,
                  {.ask = [](std::vector<std::string> named) { return net::http_ask({.named = std::move(named)}); },
                   .serve = net::http_serve});
}

}  // namespace

int main(int argc, char** argv) {
  using namespace bonafide;
  using namespace bonafide::cli;
  return run_program(
      {.name = "bonafide",
       .description = "Can I trust this picture, video or sound, and why?",
       .footer = "Start with:\n  bonafide check FILE\n  bonafide help exit-codes",
       .verbs = {add_check,     add_verify,  add_trust,     add_sign,  add_stamp,  add_keys,    add_log_with_network,
                 add_mark,      add_compare, add_print,     add_match, add_trace,  add_inspect, add_report,
                 add_detectors, add_eval,    add_calibrate, add_forge, add_doctor, add_config,  add_completion,
                 add_help,      add_version},
       .network = [](std::vector<std::string> named) { return net::http_fetch({.named = std::move(named)}); },
       .marker = mark_for_signing,
       .recorder = record_signed,
       .maps = app::picture_maps(),
       .prints = app::work_printer(),
       .default_verb = {}},
      argc, argv);
}
