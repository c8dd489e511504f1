#include "provenance/mark/clip_tracks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "provenance/mark/map_regions.h"

namespace bonafide::provenance::mark {

namespace {

constexpr double kBar = -4;        // log10 p of a region, all slots counted
constexpr std::size_t kReach = 2;  // slots to either side that shape a region with it

struct Seed {
  std::size_t slot = 0;
  const MapRegion* region = nullptr;
};

bool share_a_block(const MapRegion& a, const MapRegion& b) {
  return std::ranges::any_of(a.blocks,
                             [&](std::uint32_t block) { return std::ranges::binary_search(b.blocks, block); });
}

/// Seeds of slots that follow each other (one in between may lack it) and share a block belong together.
std::vector<std::vector<Seed>> linked(const std::vector<Seed>& seeds) {
  std::vector<std::size_t> owner(seeds.size());
  std::iota(owner.begin(), owner.end(), std::size_t{0});
  const auto root = [&](std::size_t i) {
    while (owner[i] != i) i = owner[i] = owner[owner[i]];
    return i;
  };
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    for (std::size_t j = i + 1; j < seeds.size() && seeds[j].slot <= seeds[i].slot + 2; ++j) {
      if (seeds[j].slot != seeds[i].slot && share_a_block(*seeds[i].region, *seeds[j].region)) owner[root(j)] = root(i);
    }
  }
  std::map<std::size_t, std::vector<Seed>> groups;
  for (std::size_t i = 0; i < seeds.size(); ++i) groups[root(i)].push_back(seeds[i]);
  std::vector<std::vector<Seed>> tracks;
  for (auto& [first, group] : groups) tracks.push_back(std::move(group));
  return tracks;
}

class Tracker {
 public:
  Tracker(MapGrid grid, const std::vector<JudgedSlot>& slots) : grid_(grid), slots_(slots) {}

  ClipRegion region_of(const std::vector<Seed>& seeds) const {
    ClipRegion region;
    region.log10_p = 0;
    std::array<double, 3> changes{};
    std::set<std::uint32_t> all;
    for (const Seed& seed : seeds) {
      region.log10_p = std::min(region.log10_p, seed.region->log10_p);
      changes[static_cast<std::size_t>(seed.region->change)] -= seed.region->log10_p;
      all.insert(seed.region->blocks.begin(), seed.region->blocks.end());
    }
    region.change = static_cast<Change>(std::ranges::max_element(changes) - changes.begin());
    region.log10_p = std::min(0.0, region.log10_p + std::log10(static_cast<double>(slots_.size())));
    const auto [first, last] = stretch(seeds, {all.begin(), all.end()});
    region.begin_s = slots_[first].suspect_s, region.end_s = slots_[last].suspect_s + kClipSlot;
    region.original_begin_s = static_cast<double>(slots_[first].number) * kClipSlot;
    region.original_end_s = static_cast<double>(slots_[last].number + 1) * kClipSlot;
    std::map<std::uint32_t, std::size_t> seen;
    for (std::size_t slot = first; slot <= last; ++slot) {
      std::vector<std::uint32_t> blocks = shape(slot, first, last, seeds);
      for (const std::uint32_t block : blocks) ++seen[block];
      region.shapes.emplace_back(slots_[slot].suspect_s, std::move(blocks));
    }
    for (const auto& [block, count] : seen)
      if (2 * count >= last - first + 1) region.blocks.push_back(block);
    if (region.blocks.empty())
      for (const auto& [block, count] : seen) region.blocks.push_back(block);
    return region;
  }

 private:
  /// From the first seed to the last, and a slot more on either side where the same blocks fail together.
  std::pair<std::size_t, std::size_t> stretch(const std::vector<Seed>& seeds,
                                              const std::vector<std::uint32_t>& blocks) const {
    constexpr double kGoesOn = -3;
    std::size_t first = seeds.front().slot, last = first;
    for (const Seed& seed : seeds) first = std::min(first, seed.slot), last = std::max(last, seed.slot);
    const auto fails = [&](std::size_t slot) {
      double product = 0;
      if (slots_[slot].log10_p.empty()) return false;
      for (const std::uint32_t block : blocks) product += static_cast<double>(slots_[slot].log10_p[block]);
      return log10_fisher(product, static_cast<int>(blocks.size())) <= kGoesOn;
    };
    while (first > 0 && follows(first - 1) && fails(first - 1)) --first;
    while (last + 1 < slots_.size() && follows(last) && fails(last + 1)) ++last;
    return {first, last};
  }
  bool follows(std::size_t slot) const { return slots_[slot + 1].suspect_s - slots_[slot].suspect_s < 2 * kClipSlot; }

  /// The blocks of one slot, by the mean over the slots around: what is put in stays for a while, noise does not.
  std::vector<std::uint32_t> shape(std::size_t slot, std::size_t first, std::size_t last,
                                   const std::vector<Seed>& seeds) const {
    constexpr float kSurest = -8;  // one slot says no more than that
    const std::size_t from = std::max(first, slot > kReach ? slot - kReach : 0), to = std::min(last, slot + kReach);
    std::vector<double> mean(static_cast<std::size_t>(grid_.columns) * static_cast<std::size_t>(grid_.rows));
    double count = 0;
    for (std::size_t near = from; near <= to; ++near) {
      if (slots_[near].log10_p.empty()) continue;
      for (std::size_t i = 0; i < mean.size(); ++i)
        mean[i] += static_cast<double>(std::max(slots_[near].log10_p[i], kSurest));
      ++count;
    }
    for (double& value : mean) value /= std::max(count, 1.0);
    std::vector<char> seeded(mean.size(), 0);
    for (const Seed& seed : seeds) {
      if (seed.slot < from || seed.slot > to) continue;
      for (const std::uint32_t block : seed.region->blocks) seeded[block] = 1;
    }
    std::vector<std::uint32_t> blocks;
    for (const MapRegion& region : find_regions(grid_, mean)) {
      if (std::ranges::none_of(region.blocks, [&](std::uint32_t block) { return seeded[block] != 0; })) continue;
      blocks.insert(blocks.end(), region.blocks.begin(), region.blocks.end());
    }
    if (blocks.empty()) {
      for (std::uint32_t block = 0; block < seeded.size(); ++block)
        if (seeded[block] != 0) blocks.push_back(block);
    }
    std::ranges::sort(blocks);
    return blocks;
  }

  MapGrid grid_;
  const std::vector<JudgedSlot>& slots_;
};

/// Whether a surer region has the most of this one's blocks at the same time already.
bool told(const std::vector<ClipRegion>& surer, const ClipRegion& region) {
  return std::ranges::any_of(surer, [&](const ClipRegion& other) {
    const auto shared = std::ranges::count_if(
        region.blocks, [&](std::uint32_t block) { return std::ranges::binary_search(other.blocks, block); });
    return region.begin_s < other.end_s && other.begin_s < region.end_s &&
           2 * static_cast<std::size_t>(shared) > region.blocks.size();
  });
}

}  // namespace

std::vector<ClipRegion> track_regions(MapGrid grid, const std::vector<JudgedSlot>& slots) {
  const double bar = kBar - std::log10(static_cast<double>(std::max<std::size_t>(slots.size(), 1)));
  std::vector<Seed> seeds;
  for (std::size_t slot = 0; slot < slots.size(); ++slot) {
    for (const MapRegion& region : slots[slot].regions)
      if (region.log10_p <= bar) seeds.push_back({slot, &region});
  }
  const Tracker tracker(grid, slots);
  std::vector<ClipRegion> regions;
  for (const auto& track : linked(seeds)) regions.push_back(tracker.region_of(track));
  std::ranges::stable_sort(regions, {}, &ClipRegion::log10_p);
  std::vector<ClipRegion> answer;
  for (ClipRegion& region : regions)
    if (!told(answer, region)) answer.push_back(std::move(region));
  return answer;
}

}  // namespace bonafide::provenance::mark
