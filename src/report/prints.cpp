#include "report/prints.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/credential/page.h"

namespace bonafide::report {

namespace {

namespace print = provenance::print;

// docs/evaluation/prints.md, 2026-11-25: pictures of different things, each against each in eight ways
constexpr double kComparisons = 5'508'408;
constexpr int kNearest = 60;
constexpr double kZeroOf95 = 3.0;  // nothing found in n tries: at most 3/n, with 95 %

std::size_t asked(const PrintedWork& work) {
  if (work.query.turned) return work.query.turned->size();
  return static_cast<std::size_t>(std::ranges::count_if(work.query.prints.frames, [](const print::FramePrint& frame) {
    return frame.print.quality >= print::kLeastQuality;
  }));
}

std::string clock(double seconds) {
  const auto tenths = static_cast<std::int64_t>(seconds * 10 + 0.5);
  return fmt::format("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10);
}

std::string hex_items(const std::vector<std::uint32_t>& items) {
  std::string text;
  for (const std::uint32_t item : items) text += fmt::format("{:08x}", item);
  return text;
}

Json picture_json(const print::PicturePrint& picture) {
  return Json{{"pdq", print::to_hex(picture.bits)}, {"quality", picture.quality}};
}

constexpr std::array<const char*, 8> kTurns{
    "as_it_is", "turned_90",          "turned_180",          "turned_270",
    "mirrored", "mirrored_turned_90", "mirrored_turned_180", "mirrored_turned_270"};

}  // namespace

std::vector<std::string> match_sentences(const print::WorkMatch& match) {
  std::vector<std::string> sentences;
  if (match.clip) {
    const print::ClipMatch& clip = *match.clip;
    sentences.push_back(
        fmt::format("{} of {} different pictures stand in step in it; {} to {} here is {} to {} there (mean distance "
                    "{:.0f} of 256)",
                    clip.pictures, clip.asked, clock(clip.from_s), clock(clip.to_s),
                    clock(std::max(0.0, clip.from_s + clip.offset_s)), clock(std::max(0.0, clip.to_s + clip.offset_s)),
                    clip.mean_distance));
  } else if (match.distance) {
    std::string words = fmt::format("its picture is {} of 256 bits away", *match.distance);
    if (match.at_s) words += fmt::format(", at {}", clock(*match.at_s));
    if (match.turn != 0) words += ", " + print::turn_words(match.turn);
    sentences.push_back(std::move(words));
  }
  if (match.sound) {
    const print::SoundMatch& sound = *match.sound;
    sentences.push_back(
        fmt::format("{:.0f} of {:.0f} seconds of the sound agree; {} to {} here is {} to {} there ({:.0f} % "
                    "of the bits differ)",
                    sound.seconds, sound.asked_s, clock(sound.from_s), clock(sound.to_s),
                    clock(std::max(0.0, sound.from_s + sound.offset_s)),
                    clock(std::max(0.0, sound.to_s + sound.offset_s)), 100 * sound.errors));
  }
  return sentences;
}

Json match_json(const print::WorkMatch& match) {
  Json json = Json::object();
  if (match.distance) json["distance"] = *match.distance;
  if (!match.clip && match.distance) json["turn"] = kTurns[static_cast<std::size_t>(match.turn) % kTurns.size()];
  if (match.at_s) json["at"] = *match.at_s;
  if (match.clip)
    json["clip"] = {{"pictures", match.clip->pictures}, {"asked", match.clip->asked},
                    {"offset", match.clip->offset_s},   {"from", match.clip->from_s},
                    {"to", match.clip->to_s},           {"mean_distance", match.clip->mean_distance}};
  if (match.sound)
    json["sound"] = {{"seconds", match.sound->seconds}, {"asked", match.sound->asked_s},
                     {"offset", match.sound->offset_s}, {"from", match.sound->from_s},
                     {"to", match.sound->to_s},         {"errors", match.sound->errors}};
  return json;
}

double false_matches_at_most(const PrintedWork& work, std::size_t indexed_prints) {
  return kZeroOf95 / kComparisons * static_cast<double>(asked(work)) * static_cast<double>(indexed_prints);
}

std::string false_match_sentence(const PrintedWork& work, std::size_t indexed_prints) {
  return fmt::format(
      "of {:.1f} million comparisons of unrelated pictures none came nearer than {} bits, and {} count as near; "
      "so at most {:.2g} of the {} prints here would match by chance (95 %)",
      kComparisons / 1e6, kNearest, print::kNear, false_matches_at_most(work, indexed_prints), indexed_prints);
}

Json print_json(const PrintedWork& work) {
  Json json{{"schema", "bonafide.print/1"},
            {"file", clean_utf8(work.path)},
            {"sha256", work.sha256},
            {"kind", media::to_string(work.kind)}};
  if (work.query.turned) {
    json["picture"] = picture_json(work.query.turned->front());
    Json turned = Json::object();
    for (std::size_t i = 1; i < kTurns.size(); ++i) turned[kTurns[i]] = print::to_hex((*work.query.turned)[i].bits);
    json["picture"]["turned"] = std::move(turned);
  }
  if (!work.query.prints.frames.empty()) {
    json["frames"] = Json::array();
    for (const print::FramePrint& frame : work.query.prints.frames) {
      Json one{{"time", frame.tenths / 10.0}};
      one.update(picture_json(frame.print));
      json["frames"].push_back(std::move(one));
    }
  }
  if (!work.query.prints.sound.empty())
    json["sound"] = {{"chromaprint", hex_items(work.query.prints.sound)}, {"item_seconds", print::kSoundItem}};
  return json;
}

std::string print_text(const PrintedWork& work, const TextStyle& style) {
  Page page(style);
  page.title(work.path);
  const print::WorkPrints& prints = work.query.prints;
  if (prints.picture) {
    page.field("picture", fmt::format("PDQ {}", print::to_hex(prints.picture->bits)));
    page.field("quality", fmt::format("{} of 100{}", prints.picture->quality,
                                      prints.picture->quality < print::kLeastQuality
                                          ? ": too little to see, it is not compared with others"
                                          : ""));
  }
  if (!prints.frames.empty()) {
    const auto good = asked(work);
    page.field("pictures", fmt::format("{} prints, two a second, {} of them with enough to see (all: --json)",
                                       prints.frames.size(), good));
  }
  if (!prints.sound.empty())
    page.field("sound", fmt::format("Chromaprint, {} items over {:.0f} seconds (all: --json)", prints.sound.size(),
                                    static_cast<double>(prints.sound.size()) * print::kSoundItem));
  return page.take();
}

Json match_json(const MatchedWork& matched) {
  Json json{{"schema", "bonafide.match/1"},
            {"file", clean_utf8(matched.work.path)},
            {"works", matched.indexed_works},
            {"prints", matched.indexed_prints},
            {"near", print::kNear},
            {"false_matches_at_most", false_matches_at_most(matched.work, matched.indexed_prints)},
            {"matches", Json::array()}};
  for (const MatchedWork::One& one : matched.found) {
    Json match{{"name", clean_utf8(one.name)}};
    if (one.leaf != std::array<std::uint8_t, 32>{}) match["leaf"] = bonafide::to_hex(one.leaf);
    match.update(match_json(one.match));
    match["sentences"] = match_sentences(one.match);
    json["matches"].push_back(std::move(match));
  }
  return json;
}

std::string match_text(const MatchedWork& matched, const TextStyle& style) {
  Page page(style);
  page.title(matched.work.path);
  if (matched.found.empty()) {
    page.field("match",
               fmt::format("none among {} works; this says nothing of where it comes from", matched.indexed_works));
    return page.take();
  }
  for (const MatchedWork::One& one : matched.found) {
    page.field("match", one.name.empty() ? "entry with leaf " + bonafide::to_hex(one.leaf).substr(0, 16) : one.name);
    for (const std::string& sentence : match_sentences(one.match)) page.more(sentence);
  }
  page.field("chance", false_match_sentence(matched.work, matched.indexed_prints));
  return page.take();
}

}  // namespace bonafide::report
