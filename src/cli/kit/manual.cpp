#include "cli/kit/manual.h"

#include <fmt/format.h>

#include "cli/kit/exit_code.h"
#include "cli/kit/verb.h"

namespace bonafide::cli {

namespace {

std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

/// "--json", "-q, --quiet": the ways to write an option, long first for completions.
std::vector<std::string> flags_of(const CLI::Option& option) {
  std::vector<std::string> flags;
  for (const std::string& name : option.get_lnames()) flags.push_back("--" + name);
  for (const std::string& name : option.get_snames()) flags.push_back("-" + name);
  return flags;
}

std::vector<const CLI::Option*> options_of(const CLI::App& app) {
  std::vector<const CLI::Option*> options;
  for (const CLI::Option* const option : app.get_options([](const CLI::Option*) { return true; })) {
    if (!option->get_lnames().empty() || !option->get_snames().empty()) options.push_back(option);
  }
  return options;
}

std::string all_flags(const CLI::App& app) {
  std::string words;
  for (const CLI::Option* const option : options_of(app)) {
    for (const std::string& flag : flags_of(*option)) words += flag + " ";
  }
  return words;
}

/// Names of a group's verbs, each followed by a space; empty for a plain verb.
std::string inner_names(const CLI::App& verb) {
  std::string names;
  for (const CLI::App* const inner : verbs_of(verb)) names += inner->get_name() + " ";
  return names;
}

/// Its own flags, those of the verbs inside it, and the global ones.
std::string flags_after(const CLI::App& verb, const CLI::App& app) {
  std::string words = all_flags(verb);
  for (const CLI::App* const inner : verbs_of(verb)) words += all_flags(*inner);
  return words + all_flags(app);
}

/// roff: backslashes, hyphens and a leading dot or quote mean something.
std::string roff(std::string_view text) {
  std::string escaped;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) escaped += "\\&";
    if (c == '\\')
      escaped += "\\e";
    else if (c == '-')
      escaped += "\\-";
    else
      escaped += c;
    line_start = c == '\n';
  }
  return escaped;
}

std::string roff_options(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* const option : options_of(app)) {
    std::string names;
    for (const std::string& flag : flags_of(*option)) names += (names.empty() ? "" : ", ") + flag;
    if (option->get_type_size() > 0) names += " " + option->get_type_name();
    text += fmt::format(".TP\n.B {}\n{}\n", roff(names), roff(option->get_description()));
  }
  return text;
}

}  // namespace

std::string manual_page(const CLI::App& app) {
  std::string page = ".TH BONAFIDE 1 \"\" \"bonafide " BONAFIDE_VERSION "\" \"User Commands\"\n.SH NAME\n";
  page += "bonafide \\- " + roff(app.get_description()) + "\n";
  page += ".SH SYNOPSIS\n.B bonafide\n.I verb\n[options] [file ...]\n";
  page += ".SH DESCRIPTION\n" +
          roff(
              "bonafide answers two questions apart: where a picture, video or sound comes from, and what its pixels "
              "and samples say. \"No signs found\" never means genuine.\n");
  page += ".SH GLOBAL OPTIONS\n" + roff_options(app);
  for (const CLI::App* const verb : verbs_of(app)) {
    page += fmt::format(".SH {}\n{}\n", roff("bonafide " + verb->get_name()), roff(verb->get_description()));
    page += roff_options(*verb);
    for (const CLI::App* const inner : verbs_of(*verb)) {
      page += fmt::format(".SS {}\n{}\n", roff("bonafide " + verb->get_name() + " " + inner->get_name()),
                          roff(inner->get_description()));
      page += roff_options(*inner);
    }
    page += ".PP\n.nf\n" + roff(verb->get_footer()) + "\n.fi\n";
  }
  page += ".SH EXIT STATUS\n";
  for (const auto& [code, text] : exit_code_table()) {
    page += fmt::format(".TP\n.B {}\n{}\n", static_cast<int>(code), roff(text));
  }
  return page;
}

std::string bash_completion(const CLI::App& app) {
  std::string names, cases;
  for (const CLI::App* const verb : verbs_of(app)) {
    names += verb->get_name() + " ";
    cases += fmt::format("    {}) words={} inner={} ;;\n", verb->get_name(), shell_quoted(flags_after(*verb, app)),
                         shell_quoted(inner_names(*verb)));
  }
  return fmt::format(
      "_bonafide() {{\n"
      "  local word=\"${{COMP_WORDS[COMP_CWORD]}}\" verb=\"\" inner=\"\" words={}\n"
      "  local i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    [[ ${{COMP_WORDS[i]}} != -* ]] && {{ verb=\"${{COMP_WORDS[i]}}\"; break; }}\n"
      "  done\n"
      "  case \"$verb\" in\n{}  esac\n"
      "  if [[ -n $verb && $word != -* ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$inner\" -- \"$word\"; compgen -f -- \"$word\")\n"
      "  else\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
      "  fi\n"
      "}}\n"
      "complete -o filenames -F _bonafide bonafide\n",
      shell_quoted(names + all_flags(app)), cases);
}

std::string zsh_completion(const CLI::App& app) {
  std::string verbs, cases;
  for (const CLI::App* const verb : verbs_of(app)) {
    verbs += fmt::format("    {}\n", shell_quoted(verb->get_name() + ":" + verb->get_description()));
    cases += fmt::format("    {}) compadd -- {}{}; _files ;;\n", verb->get_name(), inner_names(*verb),
                         flags_after(*verb, app));
  }
  return fmt::format(
      "#compdef bonafide\n"
      "_bonafide() {{\n"
      "  local -a verbs=(\n{}  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe 'verb' verbs\n"
      "    return\n"
      "  fi\n"
      "  case \"$words[2]\" in\n{}  esac\n"
      "}}\n"
      "_bonafide \"$@\"\n",
      verbs, cases);
}

std::string fish_completion(const CLI::App& app) {
  std::string text;
  const auto lines = [&](const CLI::App& of, const std::string& condition) {
    for (const CLI::Option* const option : options_of(of)) {
      std::string flags;
      for (const std::string& name : option->get_lnames()) flags += " -l " + name;
      for (const std::string& name : option->get_snames()) flags += " -s " + name;
      text +=
          fmt::format("complete -c bonafide{}{} -d {}\n", condition, flags, shell_quoted(option->get_description()));
    }
  };
  lines(app, "");
  for (const CLI::App* const verb : verbs_of(app)) {
    text += fmt::format("complete -c bonafide -n __fish_use_subcommand -a {} -d {}\n", verb->get_name(),
                        shell_quoted(verb->get_description()));
    const std::string inside = fmt::format(" -n '__fish_seen_subcommand_from {}'", verb->get_name());
    lines(*verb, inside);
    for (const CLI::App* const inner : verbs_of(*verb)) {
      text += fmt::format("complete -c bonafide{} -a {} -d {}\n", inside, inner->get_name(),
                          shell_quoted(inner->get_description()));
      lines(*inner, inside);
    }
  }
  return text;
}

}  // namespace bonafide::cli
