// bonafide verify FILE…: the Content Credential: integrity, signer, time and claims, each for itself.
#include <cstdio>

#include "app/credential/verify.h"
#include "cli/credential/verbs.h"
#include "cli/kit/inputs.h"
#include "cli/kit/terminal.h"

namespace bonafide::cli {

namespace {

struct VerifyFlags {
  InputRequest inputs;
  std::vector<std::string> trust, tsa_trust;
  std::string at, sidecar;
  bool strict = false;
};

/// "2026-11-23", "2026-11-23T12:00:00Z". Nothing when it is neither.
std::optional<std::int64_t> parse_time(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
  const bool whole = std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &year, &month, &day, &hour, &minute,
                                 &second, &used) == 6 &&
                     used == static_cast<int>(text.size());
  if (!whole) {
    hour = minute = second = used = 0;
    if (std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3) return std::nullopt;
    if (used != static_cast<int>(text.size())) return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * 86400 + hour * 3600 + minute * 60 + second;
}

ExitCode code_of(provenance::State state) {
  switch (state) {
    case provenance::State::trusted: return kDone;
    case provenance::State::intact: return kUntrusted;
    case provenance::State::broken: return kAdverse;
    case provenance::State::none: return kNothing;
    case provenance::State::not_examined: return kCouldNotTell;
  }
  return kBug;
}

ExitCode run_verify(const VerifyFlags& flags, const Globals& globals) {
  auto inputs = collect_inputs(flags.inputs, globals.context("-"));
  if (!inputs) return fail(inputs.error());
  if (!flags.sidecar.empty() && inputs->many) {
    return fail(make_error(Code::invalid_argument, "--sidecar goes with one file"));
  }
  std::vector<ExitCode> codes;
  for (const Error& error : inputs->errors) codes.push_back(globals.json ? fail_json(error) : fail(error));
  for (const Input& input : inputs->files) {
    app::VerifyRequest request{input.path,      flags.sidecar,        flags.trust,
                               flags.tsa_trust, parse_time(flags.at), flags.strict};
    auto verified = app::verify(request, globals.context(input.shown));
    if (!verified) {
      if (verified.error().file == input.path) verified.error().file = input.shown;
      codes.push_back(globals.json ? fail_json(verified.error()) : fail(verified.error()));
      continue;
    }
    verified->path = input.shown;
    end_progress();
    if (globals.json) {
      print(dump_json(report::verification_json(*verified), inputs->many ? -1 : 2) + "\n");
    } else {
      const TextStyle style{use_colour(globals.config.colour), terminal_width()};
      print(report::verification_text(*verified, style) + (inputs->many ? "\n" : ""));
    }
    codes.push_back(code_of(verified->credential.source.state));
  }
  return combine(codes);
}

std::string valid_time(const std::string& text) {
  return parse_time(text) ? std::string() : "a time such as 2026-11-23 or 2026-11-23T12:00:00Z is wanted";
}

}  // namespace

void add_verify(VerbTable& verbs) {
  CLI::App* const verb =
      verbs.add("verify", "Does the Content Credential hold, and who signed it?",
                "  bonafide verify photo.jpg --trust roots.pem\n"
                "  bonafide verify clip.mp4 --trust roots.pem --tsa-trust tsa.pem --at 2026-11-23\n"
                "  bonafide verify photo.jpg --sidecar photo.c2pa --json\n"
                "Exit: 0 trusted, 13 intact but signer not trusted, 10 broken, 12 none, 11 not read");
  const auto flags = std::make_shared<VerifyFlags>();
  verb->add_option("file", flags->inputs.arguments, "Files, folders (with --recursive), or - for standard input")
      ->required();
  verb->add_flag("-r,--recursive", flags->inputs.recursive, "Look inside folders");
  verb->add_option("--trust", flags->trust, "PEM file with roots that vouch for signers")->allow_extra_args(false);
  verb->add_option("--tsa-trust", flags->tsa_trust, "PEM file with roots that vouch for time-stamp authorities")
      ->allow_extra_args(false);
  verb->add_option("--at", flags->at, "Judge as of this time instead of now")
      ->check(CLI::Validator(valid_time, "TIME"));
  verb->add_option("--sidecar", flags->sidecar, "Use the credential in this .c2pa file");
  verb->add_flag("--strict", flags->strict, "What only a strict reader objects to counts as broken");
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  verb->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_verify(*flags, globals); }; });
}

}  // namespace bonafide::cli
