// Dice: small, seeded, and the same on every machine (splitmix64, Steele, Lea & Flood 2014).
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace bonafide::lab {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  /// 0 … 1, 1 excluded.
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// 0 … bound - 1.
  std::size_t below(std::size_t bound) {
    return std::min(bound - 1, static_cast<std::size_t>(unit() * static_cast<double>(bound)));
  }

 private:
  std::uint64_t state_;
};

}  // namespace bonafide::lab
