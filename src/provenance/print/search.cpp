#include "provenance/print/search.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <set>

namespace bonafide::provenance::print {

namespace {

using Matches = std::map<std::uint32_t, WorkMatch>;

WorkMatch& of(Matches& matches, std::uint32_t work) {
  WorkMatch& match = matches[work];
  match.work = work;
  return match;
}

void search_still(const PrintIndex& index, const EightPrints& turned, int most, Matches& matches) {
  if (turned[0].quality < kLeastQuality) return;
  for (std::size_t turn = 0; turn < turned.size(); ++turn) {
    for (const PrintHit& hit : index.near(turned[turn].bits, most, SIZE_MAX)) {
      WorkMatch& match = of(matches, hit.work);
      if (match.distance && *match.distance <= hit.distance) continue;
      match.distance = hit.distance;
      // the registered work looks like the file turned so; said the other way round: mirrors are their own inverse
      const int clockwise = static_cast<int>(turn);
      match.turn = clockwise < 4 ? (4 - clockwise) % 4 : clockwise;
      match.at_s.reset();
      if (hit.tenths != kStill) match.at_s = hit.tenths / 10.0;
    }
  }
}

struct Pair {
  std::uint32_t query = 0;  ///< number of the file's frame
  std::int64_t there = 0;   ///< tenths
  int distance = 0;
};

/// Pictures that differ from all those counted before, so that a scene that stands still counts once.
int different_ones(const std::vector<FramePrint>& frames, const std::vector<std::uint32_t>& numbers) {
  constexpr std::size_t kEnough = 500;
  std::vector<Bits> counted;
  for (const std::uint32_t number : numbers) {
    const Bits& bits = frames[number].print.bits;
    const auto same = [&](const Bits& one) { return distance(one, bits) <= kNear; };
    if (counted.size() < kEnough && std::ranges::none_of(counted, same)) counted.push_back(bits);
  }
  return static_cast<int>(counted.size());
}

/// The step in time that most pictures agree on, half a second either way.
ClipMatch in_step(const std::vector<FramePrint>& frames, const std::vector<Pair>& pairs) {
  constexpr std::int64_t kSlack = 5;  // tenths
  std::map<std::int64_t, int> votes;
  const auto step = [&](const Pair& pair) { return pair.there - static_cast<std::int64_t>(frames[pair.query].tenths); };
  for (const Pair& pair : pairs)
    for (std::int64_t near = -kSlack; near <= kSlack; ++near) ++votes[step(pair) + near];
  const auto best = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  std::map<std::uint32_t, int> taken;  // the nearest for each of the file's pictures
  double offset = 0;
  std::size_t steps = 0;
  for (const Pair& pair : pairs) {
    if (std::abs(step(pair) - best->first) > kSlack) continue;
    const auto [at, fresh] = taken.try_emplace(pair.query, pair.distance);
    if (!fresh) at->second = std::min(at->second, pair.distance);
    offset += static_cast<double>(step(pair));
    ++steps;
  }
  ClipMatch match;
  std::vector<std::uint32_t> numbers;
  for (const auto& [number, apart] : taken) {
    numbers.push_back(number);
    match.mean_distance += apart;
  }
  match.pictures = different_ones(frames, numbers);
  match.mean_distance /= static_cast<double>(std::max<std::size_t>(taken.size(), 1));
  match.offset_s = offset / 10.0 / static_cast<double>(std::max<std::size_t>(steps, 1));
  match.from_s = frames[numbers.front()].tenths / 10.0;
  match.to_s = frames[numbers.back()].tenths / 10.0;
  return match;
}

void search_clip(const PrintIndex& index, const std::vector<FramePrint>& frames, Matches& matches) {
  std::map<std::uint32_t, std::vector<Pair>> pairs;
  std::vector<std::uint32_t> asked;
  for (std::uint32_t number = 0; number < frames.size(); ++number) {
    if (frames[number].print.quality < kLeastQuality) continue;
    asked.push_back(number);
    for (const PrintHit& hit : index.near(frames[number].print.bits, kNear)) {
      if (hit.tenths != kStill) {
        pairs[hit.work].push_back({number, hit.tenths, hit.distance});
        continue;
      }
      WorkMatch& match = of(matches, hit.work);  // a registered still stands in the clip
      if (match.distance && *match.distance <= hit.distance) continue;
      match.distance = hit.distance;
      match.at_s = frames[number].tenths / 10.0;
    }
  }
  const int different = different_ones(frames, asked);
  for (const auto& [work, found] : pairs) {
    WorkMatch& match = of(matches, work);
    match.clip = in_step(frames, found);
    match.clip->asked = different;
    match.distance = static_cast<int>(std::lround(match.clip->mean_distance));
  }
}

/// Stretches of four seconds; unrelated sound differs in nearly half of the bits.
constexpr std::int64_t kStretch = 32;
constexpr double kMostErrors = 0.3;
constexpr std::size_t kLeastDifferent = 8;  // items of a stretch: silence and single tones tell nothing

std::optional<SoundMatch> agree(const std::vector<std::uint32_t>& here, const std::vector<std::uint32_t>& there,
                                std::int64_t offset) {
  SoundMatch match;
  const auto size = static_cast<std::int64_t>(here.size()), other = static_cast<std::int64_t>(there.size());
  std::int64_t stretches = 0, first = -1, last = 0;
  double errors = 0;
  for (std::int64_t from = std::max<std::int64_t>(0, -offset); from < std::min(size, other - offset);) {
    const std::int64_t to = std::min({from + kStretch, size, other - offset});
    if (to - from < kStretch) break;
    std::set<std::uint32_t> different;
    int wrong = 0;
    for (std::int64_t i = from; i < to; ++i) {
      const std::uint32_t original = there[static_cast<std::size_t>(i + offset)];
      different.insert(original);
      wrong += std::popcount(here[static_cast<std::size_t>(i)] ^ original);
    }
    const double share = wrong / (32.0 * kStretch);
    if (share <= kMostErrors && different.size() >= kLeastDifferent) {
      if (first < 0) first = from;
      last = to;
      ++stretches;
      errors += share;
      from = to;
    } else {
      from += kStretch / 4;
    }
  }
  if (stretches == 0) return std::nullopt;
  match.seconds = static_cast<double>(stretches * kStretch) * kSoundItem;
  match.asked_s = static_cast<double>(size) * kSoundItem;
  match.offset_s = static_cast<double>(offset) * kSoundItem;
  match.from_s = static_cast<double>(first) * kSoundItem;
  match.to_s = static_cast<double>(last) * kSoundItem;
  match.errors = errors / static_cast<double>(stretches);
  return match;
}

void search_sound(const PrintIndex& index, const std::vector<std::uint32_t>& items, Matches& matches) {
  std::map<std::uint32_t, std::map<std::int64_t, int>> votes;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0 && items[i] == items[i - 1]) continue;
    for (const SoundPlace& place : index.places(items[i]))
      ++votes[place.work][static_cast<std::int64_t>(place.position) - static_cast<std::int64_t>(i)];
  }
  constexpr std::size_t kTried = 5;  // the steps with most votes
  for (const auto& [work, steps] : votes) {
    std::vector<std::pair<int, std::int64_t>> order;
    for (const auto& [step, count] : steps) order.emplace_back(count, step);
    const auto tried = std::min(kTried, order.size());
    std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(tried), std::greater());
    const auto there = index.sound(work);
    for (std::size_t i = 0; i < tried; ++i) {
      const auto found = agree(items, there, order[i].second);
      if (!found) continue;
      WorkMatch& match = of(matches, work);
      if (!match.sound || match.sound->seconds < found->seconds) match.sound = found;
    }
  }
}

}  // namespace

std::vector<WorkMatch> nearest(const PrintIndex& index, const EightPrints& turned, std::size_t count) {
  Matches matches;
  int most = kBits / 2;
  for (std::size_t tries = 0; tries < 8 && count > 0;
       ++tries) {  // as far as it takes to have enough of them, no further
    matches.clear();
    search_still(index, turned, most, matches);
    if (matches.size() <= count) break;
    std::vector<int> distances;
    for (const auto& [work, match] : matches) distances.push_back(*match.distance);
    std::ranges::nth_element(distances, distances.begin() + static_cast<std::ptrdiff_t>(count) - 1);
    const int wanted = distances[count - 1];
    if (wanted == most) break;
    most = wanted;
  }
  std::vector<WorkMatch> found;
  for (const auto& [work, match] : matches) found.push_back(match);
  std::ranges::sort(found, {}, [](const WorkMatch& match) { return std::pair(*match.distance, match.work); });
  if (found.size() > count) found.resize(count);
  return found;
}

std::vector<WorkMatch> search(const PrintIndex& index, const Query& query) {
  Matches matches;
  if (query.turned) search_still(index, *query.turned, kNear, matches);
  search_clip(index, query.prints.frames, matches);
  search_sound(index, query.prints.sound, matches);
  std::vector<WorkMatch> found;
  for (const auto& [work, match] : matches) found.push_back(match);
  const auto rank = [](const WorkMatch& match) {
    const double seen = match.clip ? match.clip->pictures : 0, heard = match.sound ? match.sound->seconds : 0;
    return std::tuple(-seen - heard, match.distance.value_or(kBits), match.work);
  };
  std::ranges::sort(found, {}, rank);
  return found;
}

}  // namespace bonafide::provenance::print
