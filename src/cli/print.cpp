// bonafide print FILE…: what a work looks and sounds like; bonafide match FILE…: which registered works it resembles.
#include "app/print.h"

#include "base/files.h"
#include "cli/kit/inputs.h"
#include "cli/kit/terminal.h"
#include "cli/verbs.h"

namespace bonafide::cli {

namespace {

struct PrintFlags {
  std::vector<std::string> files;
  std::string index;
  app::LogPlace registry;
  bool force = false;
};

ExitCode failed(const Error& error, const Globals& globals) {
  end_progress();
  return globals.json ? fail_json(error) : fail(error);
}

TextStyle style_of(const Globals& globals) { return {use_colour(globals.config.colour), terminal_width()}; }

/// A JSON object for one file, a line each for several.
std::string json_text(const Json& json, bool many) { return dump_json(json, many ? -1 : 2) + "\n"; }

ExitCode build_index(const PrintFlags& flags, const Globals& globals) {
  if (flags.files.empty() == flags.registry.folder.empty())
    return failed(make_error(Code::invalid_argument, "an index is made of files, or of a log's registry (--registry)"),
                  globals);
  const auto bytes = flags.files.empty() ? app::index_of_registry(flags.registry)
                                         : app::index_of_files(flags.files, globals.context("-"));
  if (!bytes) return failed(bytes.error(), globals);
  const auto index = provenance::print::PrintIndex::over(*bytes);
  if (!index) return failed(index.error(), globals);
  const auto written = write_file(flags.index, as_text(*bytes), flags.force);
  if (!written) return failed(written.error(), globals);
  end_progress();
  const Json json{{"schema", "bonafide.print/1"},
                  {"index", clean_utf8(flags.index)},
                  {"works", index->works()},
                  {"prints", index->prints()},
                  {"sound_items", index->sound_items()}};
  print(globals.json ? json_text(json, false)
                     : clean_utf8(flags.index) + ": " + std::to_string(index->works()) + " works, " +
                           std::to_string(index->prints()) + " prints of pictures, " +
                           std::to_string(index->sound_items()) + " items of sound\n");
  return kDone;
}

ExitCode run_print(const PrintFlags& flags, const Globals& globals) {
  if (!flags.index.empty()) return build_index(flags, globals);
  if (flags.files.empty()) return failed(make_error(Code::invalid_argument, "name a file"), globals);
  std::vector<ExitCode> codes;
  for (const std::string& path : flags.files) {
    const auto work = app::print_work(path, globals.context(path));
    if (!work) {
      codes.push_back(failed(work.error(), globals));
      continue;
    }
    end_progress();
    print(globals.json ? json_text(report::print_json(*work), flags.files.size() > 1)
                       : report::print_text(*work, style_of(globals)));
    codes.push_back(kDone);
  }
  return combine(codes);
}

Result<provenance::print::PrintIndex> index_for(const PrintFlags& flags) {
  if (flags.index.empty() == flags.registry.folder.empty())
    return make_error(Code::invalid_argument, "say where to look: --index FILE or --registry LOG");
  if (!flags.index.empty()) return provenance::print::PrintIndex::open(flags.index);
  return provenance::print::PrintIndex::over(TRY(app::index_of_registry(flags.registry)));
}

ExitCode run_match(const PrintFlags& flags, const Globals& globals) {
  const auto index = index_for(flags);
  if (!index) return failed(index.error(), globals);
  std::vector<ExitCode> codes;
  for (const std::string& path : flags.files) {
    const auto matched = app::match_work(path, *index, globals.context(path));
    if (!matched) {
      codes.push_back(failed(matched.error(), globals));
      continue;
    }
    end_progress();
    print(globals.json ? json_text(report::match_json(*matched), flags.files.size() > 1)
                       : report::match_text(*matched, style_of(globals)));
    codes.push_back(matched->found.empty() ? kNothing : kDone);
  }
  return combine(codes);
}

void registry_flags(CLI::App& verb, PrintFlags& flags) {
  verb.add_option("--registry", flags.registry.folder, "A log's folder, whose kept registry holds the prints");
  verb.add_option("--keep", flags.registry.keep, "Where the registry is kept; default: the log's name + .keep");
}

template <typename Work>
void chosen_by(CLI::App* verb, VerbTable& verbs, const std::shared_ptr<PrintFlags>& flags, Work work) {
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  verb->callback(
      [flags, work, &globals, &chosen] { chosen = [flags, work, &globals] { return work(*flags, globals); }; });
}

}  // namespace

void add_print(VerbTable& verbs) {
  CLI::App* const verb =
      verbs.add("print", "What a work looks and sounds like, in a few bytes: PDQ of pictures, Chromaprint of sound",
                "  bonafide print photo.jpg\n"
                "  bonafide print clip.mp4 --json\n"
                "  bonafide print --registry record --index works.index");
  const auto flags = std::make_shared<PrintFlags>();
  verb->add_option("files", flags->files, "Pictures, clips or sounds");
  verb->add_option("--index", flags->index, "Write an index of these files, or of a registry, for bonafide match");
  verb->add_flag("-f,--force", flags->force, "Replace the index when it is there");
  registry_flags(*verb, *flags);
  chosen_by(verb, verbs, flags, run_print);
}

void add_match(VerbTable& verbs) {
  CLI::App* const verb = verbs.add("match", "Which works of an index or a registry a file resembles",
                                   "  bonafide match found.jpg --registry record\n"
                                   "  bonafide match found.mp4 --index works.index --json\n"
                                   "Exit: 0 when something resembles it, 12 when nothing does");
  const auto flags = std::make_shared<PrintFlags>();
  verb->add_option("files", flags->files, "Pictures, clips or sounds")->required();
  verb->add_option("--index", flags->index, "An index that bonafide print made");
  registry_flags(*verb, *flags);
  chosen_by(verb, verbs, flags, run_match);
}

}  // namespace bonafide::cli
