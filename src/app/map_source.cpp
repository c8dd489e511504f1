#include "app/map_source.h"

#include <fmt/format.h>

#include "base/time.h"
#include "provenance/vouched_map.h"

namespace bonafide::app {

namespace {

using provenance::Source;
using provenance::State;

std::string placed(std::size_t count) { return count == 1 ? "1 place" : fmt::format("{} places", count); }

Source source_of(const AnyComparison& comparison, const std::string& against) {
  Source source{"map", State::none, against + ": "};
  std::visit(
      [&](const auto& any) {
        const auto sentences = report::comparison_sentences(any);
        switch (report::answer_of(any)) {
          case report::Compared::no_match:
          case report::Compared::same: source.sentence += sentences.front(); break;
          case report::Compared::altered:
            source.state = State::altered;
            source.altered = report::altered_by(any);
            // without a place of its own there is only the sentence: sound that is another's, say
            source.sentence +=
                source.altered.empty() ? sentences.front() : "it differs in " + placed(source.altered.size());
            break;
        }
        if (report::answer_of(any) == report::Compared::same) source.state = State::found;
      },
      comparison);
  return source;
}

}  // namespace

std::optional<Source> map_source(const MapQuestion& question, const provenance::Credential* credential,
                                 const Context& context) {
  Result<AnyComparison> comparison = make_error(Code::not_found, "");
  std::string against;
  if (!question.original.empty()) {
    const Trust nobody;
    comparison = compare({question.original, question.path, unix_now()},
                         question.trust != nullptr ? *question.trust : nobody, context);
    against = "compared with " + clean_utf8(question.original);
    if (comparison)
      std::visit(
          [&](const auto& any) {
            against += any.basis == "credential" ? " (the map in its credential, " + any.credential + ")"
                                                 : " (nothing says that it is genuine)";
          },
          *comparison);
  } else {
    if (credential == nullptr || credential->source.state != State::broken || !credential->validation) return {};
    const auto map = provenance::vouched_map(*credential->validation);
    if (!map) return {};
    comparison = compare_with_map(*map, question.path, context);
    against = "compared with the map in its own credential";
  }
  if (!comparison)
    return Source{
        "map", State::not_examined,
        against + ", which could not be done: " +
            (comparison.error().file == question.original && !question.original.empty() ? "the original " : "") +
            comparison.error().message};
  return source_of(*comparison, against);
}

}  // namespace bonafide::app
