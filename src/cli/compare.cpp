// bonafide compare ORIGINAL SUSPECT: is it the same work, and where and when does it differ?
#include "app/compare.h"

#include "app/contact_strip.h"
#include "base/files.h"
#include "base/time.h"
#include "cli/credential/trust_flags.h"
#include "cli/kit/terminal.h"
#include "cli/verbs.h"
#include "report/png.h"

namespace bonafide::cli {

namespace {

struct CompareFlags {
  app::CompareRequest request;
  TrustFlags trust;
  std::string map;
  bool force = false;
};

Result<app::AnyComparison> compared(const CompareFlags& flags, const Globals& globals) {
  app::CompareRequest request = flags.request;
  request.at = unix_now();
  const app::Trust trust = TRY(load_trust(flags.trust, request.at));
  app::AnyComparison comparison = TRY(app::compare(request, trust, globals.context(request.suspect)));
  if (!flags.map.empty()) {
    constexpr int kScale = 16;  // pixels a block: the original at 512 on its short side
    const auto* const still = std::get_if<report::Comparison>(&comparison);
    const media::Plane map =
        still != nullptr
            ? report::comparison_map(*still, kScale)
            : TRY(app::contact_strip(std::get<report::ClipComparison>(comparison), globals.context(request.suspect)));
    TRY(write_file(flags.map, as_text(report::encode_png(map)), flags.force));
  }
  return comparison;
}

ExitCode run_compare(const CompareFlags& flags, const Globals& globals) {
  const auto comparison = compared(flags, globals);
  end_progress();
  if (!comparison) return globals.json ? fail_json(comparison.error()) : fail(comparison.error());
  const TextStyle style{use_colour(globals.config.colour), terminal_width()};
  const auto tell = [&](const auto& any) {
    print(globals.json ? dump_json(report::comparison_json(any), 2) + "\n" : report::comparison_text(any, style));
    return report::answer_of(any);
  };
  switch (std::visit(tell, *comparison)) {
    case report::Compared::same: return kDone;
    case report::Compared::altered: return kAdverse;
    case report::Compared::no_match: return kNothing;
  }
  return kBug;
}

}  // namespace

void add_compare(VerbTable& verbs) {
  CLI::App* const verb =
      verbs.add("compare", "Is a picture, clip or sound the one that was signed, and where does it differ?",
                "  bonafide compare original.jpg suspect.jpg\n"
                "  bonafide compare original.c2pa suspect.jpg --trust roots.pem --map differs.png\n"
                "  bonafide compare signed.mp4 found.mp4 --map altered_seconds.png\n"
                "Exit: 0 no difference found, 10 altered, 12 the original was not found in it");
  const auto flags = std::make_shared<CompareFlags>();
  verb->add_option("original", flags->request.original, "A work, best a signed one, or a credential (.c2pa)")
      ->required();
  verb->add_option("suspect", flags->request.suspect, "The picture, clip or sound in question")->required();
  verb->add_option("--map", flags->map,
                   "Write a PNG: the same black, not comparable grey, altered white; of a clip: frames of the altered "
                   "seconds with what differs outlined");
  verb->add_flag("-f,--force", flags->force, "Replace what is there");
  add_trust_flags(*verb, flags->trust);
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  verb->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_compare(*flags, globals); }; });
}

}  // namespace bonafide::cli
