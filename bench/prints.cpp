// Prints in process, for what thousands of runs of the command would take too long for.
//   prints pictures < LIST     one line each: path, PDQ, quality ("-" when there is none)
//   prints unrelated < TABLE   such lines: every two of them in eight ways: histogram of the distances, and the nearest
//   prints lookups N           an index of N random prints: seconds to build, bytes, lookups per second
//   prints recall N < PAIRS    lines "NAME BASE COPY" of paths: distances and recall of copies by NAME, each looked up
//   in an
//                              index of all BASEs among N random prints
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <map>
#include <random>
#include <sstream>

#include "media/decode/decode.h"
#include "media/decode/planes.h"
#include "provenance/print/search.h"

using namespace bonafide;
namespace pr = bonafide::provenance::print;

namespace {

/// Seconds of this process alone: the machine may be shared.
double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

pr::WorkPrints still(const pr::Bits& bits) {
  pr::WorkPrints prints;
  prints.picture = pr::PicturePrint{bits, 100};
  return prints;
}

struct Printed {
  pr::Query query;
};

Result<Printed> print_work(const std::string& path) {
  const FileReader file = TRY(FileReader::open(path));
  media::Media media = TRY(media::open(file, {}));
  TRY(media::probe(media, {}));
  if (media.kind != media::Kind::image) return make_error(Code::unsupported, "is no still picture");
  const media::Frame frame = TRY(media::read_still(media, {}));
  const media::Plane plane = media::upright(frame.luma(), frame.info().orientation);
  Printed work;
  work.query.turned =
      TRY(pr::eight_prints({plane.data(), plane.width(), plane.height(), static_cast<std::ptrdiff_t>(plane.stride())}));
  work.query.prints.picture = work.query.turned->front();
  return work;
}

int pictures() {
  for (std::string path; std::getline(std::cin, path);) {
    const auto work = print_work(path);
    if (!work || !work->query.turned) {
      std::printf("%s -\n", path.c_str());
      continue;
    }
    std::printf("%s", path.c_str());
    for (const auto& print : *work->query.turned) std::printf(" %s", pr::to_hex(print.bits).c_str());
    std::printf(" %d\n", work->query.turned->front().quality);
  }
  return 0;
}

int unrelated() {
  std::vector<std::vector<pr::Bits>> all;
  std::vector<std::string> names;
  int poor = 0;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string path, word;
    words >> path;
    std::vector<pr::Bits> eight;
    int quality = 0;
    while (words >> word) {
      if (const auto bits = pr::parse_bits(word))
        eight.push_back(*bits);
      else
        quality = std::atoi(word.c_str());
    }
    if (eight.size() != 8) continue;
    if (quality < pr::kLeastQuality) {
      ++poor;
      continue;
    }
    all.push_back(eight);
    names.push_back(path);
  }
  std::map<int, long> histogram;
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      for (const pr::Bits& turned : all[i]) {
        const int apart = pr::distance(turned, all[j][0]);
        ++histogram[apart];
        sum += apart;
        squares += apart * apart;
        if (apart <= 80) std::printf("near %d %s %s\n", apart, names[i].c_str(), names[j].c_str());
      }
    }
  }
  long count = 0;
  for (const auto& [apart, times] : histogram) count += times;
  const double mean = sum / static_cast<double>(count);
  std::printf("pictures %zu poor %d comparisons %ld nearest %d mean %.2f sd %.2f\n", all.size(), poor, count,
              histogram.begin()->first, mean, std::sqrt(squares / static_cast<double>(count) - mean * mean));
  for (const auto& [apart, times] : histogram)
    if (apart <= 96) std::printf("at %d: %ld\n", apart, times);
  return 0;
}

pr::IndexBuilder random_prints(std::size_t count, std::mt19937_64& random, std::vector<pr::Bits>* keep) {
  pr::IndexBuilder builder;
  for (std::size_t i = 0; i < count; ++i) {
    const pr::Bits bits{random(), random(), random(), random()};
    if (keep != nullptr) keep->push_back(bits);
    if (!builder.add({}, still(bits))) std::exit(3);
  }
  return builder;
}

int lookups(std::size_t count) {
  std::mt19937_64 random(1);
  std::vector<pr::Bits> all;
  const auto builder = random_prints(count, random, &all);
  double began = now();
  Bytes bytes = builder.finish();
  std::printf("build %.2f s, %.0f bytes a print\n", now() - began,
              static_cast<double>(bytes.size()) / static_cast<double>(count));
  const auto index = pr::PrintIndex::over(std::move(bytes));
  if (!index) return 4;
  constexpr int kQueries = 2000;
  int found = 0;
  began = now();
  for (int i = 0; i < kQueries; ++i) {
    pr::Bits query = all[static_cast<std::size_t>(i) * 7919 % count];
    for (int flip = 0; flip < 31; ++flip)
      query[static_cast<std::size_t>(flip % 4)] ^= std::uint64_t{1} << ((flip / 4 * 8 + i) % 64);
    found += index->near(query, pr::kNear).size() == 1;
  }
  const double each = (now() - began) / kQueries;
  std::printf("slots, 31 bits: %.3f ms a lookup, %.0f a second, %d of %d found\n", each * 1e3, 1 / each, found,
              kQueries);
  constexpr int kAll = 40;
  began = now();
  found = 0;
  for (int i = 0; i < kAll; ++i) found += !index->near(all[static_cast<std::size_t>(i) * 7919 % count], 32).empty();
  const double linear = (now() - began) / kAll;
  std::printf("all, 32 bits: %.3f ms a lookup, %.0f a second, %d of %d found\n", linear * 1e3, 1 / linear, found, kAll);
  return 0;
}

int recall(std::size_t count) {
  struct Tally {
    int copies = 0, found = 0, first = 0, farthest = 0, wrong = 0;
    double sum = 0;
  };
  std::map<std::string, Tally> tallies;
  std::map<std::string, std::uint32_t> numbers;
  std::mt19937_64 random(2);
  pr::IndexBuilder builder = random_prints(count, random, nullptr);
  std::vector<std::array<std::string, 3>> pairs;
  std::map<std::string, pr::Bits> bases;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::array<std::string, 3> pair;
    words >> pair[0] >> pair[1] >> pair[2];
    if (!numbers.contains(pair[1])) {
      const auto base = print_work(pair[1]);
      if (!base || !base->query.prints.picture || base->query.prints.picture->quality < pr::kLeastQuality) continue;
      const auto number = static_cast<std::uint32_t>(count + numbers.size());
      numbers[pair[1]] = number;
      bases[pair[1]] = base->query.prints.picture->bits;
      if (!builder.add({{}, pair[1]}, base->query.prints)) return 3;
    }
    pairs.push_back(pair);
  }
  const auto index = pr::PrintIndex::over(builder.finish());
  if (!index) return 4;
  for (const auto& [name, base, copy] : pairs) {
    const auto work = print_work(copy);
    Tally& tally = tallies[name];
    ++tally.copies;
    if (!work || !work->query.turned) continue;
    int nearest = pr::kBits;
    for (const auto& turned : *work->query.turned) nearest = std::min(nearest, pr::distance(turned.bits, bases[base]));
    tally.sum += nearest;
    tally.farthest = std::max(tally.farthest, nearest);
    for (const auto& match : pr::search(*index, work->query)) {
      if (match.work == numbers[base])
        ++tally.found;
      else
        ++tally.wrong;
    }
    for (const auto& match : pr::nearest(*index, *work->query.turned, 8)) tally.first += match.work == numbers[base];
  }
  for (const auto& [name, tally] : tallies)
    std::printf("%s copies %d mean %.1f max %d found %d among_8 %d wrong %d\n", name.c_str(), tally.copies,
                tally.sum / tally.copies, tally.farthest, tally.found, tally.first, tally.wrong);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  const std::size_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  if (what == "pictures") return pictures();
  if (what == "unrelated") return unrelated();
  if (what == "lookups" && count > 0) return lookups(count);
  if (what == "recall") return recall(count);
  std::fputs("prints pictures|unrelated|lookups N|recall N\n", stderr);
  return 2;
}
