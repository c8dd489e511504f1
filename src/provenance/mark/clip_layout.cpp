#include "provenance/mark/clip_layout.h"

#include <cmath>

namespace bonafide::provenance::mark {

namespace {

constexpr float kMostAgreement = 4;

bool repeats_itself(const std::array<float, kStretches>& signs) {
  for (std::size_t shift = 1; shift < signs.size(); ++shift) {
    float sum = 0;
    for (std::size_t i = 0; i < signs.size(); ++i) sum += signs[i] * signs[(i + shift) % signs.size()];
    if (std::abs(sum) > kMostAgreement) return true;
  }
  return false;
}

}  // namespace

std::array<float, kStretches> time_signs(const MarkKey& key) {
  KeyStream stream = key.stream("time signs");
  std::array<float, kStretches> signs{};
  do {  // about one order in seven will do
    const std::vector<std::uint32_t> order = stream.permutation(kStretches);
    for (std::size_t i = 0; i < signs.size(); ++i) signs[order[i]] = i % 2 == 0 ? 1.0F : -1.0F;
  } while (repeats_itself(signs));
  return signs;
}

int stretch_at(double seconds) {
  const double stretch = std::floor(seconds / kStretch);
  return static_cast<int>(stretch - std::floor(stretch / kStretches) * kStretches);
}

}  // namespace bonafide::provenance::mark
