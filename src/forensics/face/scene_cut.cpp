#include "forensics/face/scene_cut.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace bonafide::forensics::face {
namespace {

constexpr int kColumns = 32, kRows = 18;  ///< cells of the grid laid over the frame
constexpr int kPatch = 4;                 ///< samples read a side in the middle of a cell, so a frame costs 9,216 reads
constexpr std::size_t kHistory = 12;      ///< frames of recent motion a cut is measured against

std::vector<float> cells(const media::Plane& luma) {
  std::vector<float> out;
  out.reserve(static_cast<std::size_t>(kColumns) * kRows);
  const int width = luma.width(), height = luma.height();
  for (int r = 0; r < kRows; ++r) {
    for (int c = 0; c < kColumns; ++c) {
      int sum = 0;
      for (int i = 0; i < kPatch; ++i) {
        const std::int64_t y = (std::int64_t{height} * (r * kPatch + i) + height / 2) / (kRows * kPatch);
        for (int j = 0; j < kPatch; ++j) {
          const std::int64_t x = (std::int64_t{width} * (c * kPatch + j) + width / 2) / (kColumns * kPatch);
          sum += luma.at(static_cast<int>(std::min<std::int64_t>(x, width - 1)),
                         static_cast<int>(std::min<std::int64_t>(y, height - 1)));
        }
      }
      out.push_back(static_cast<float>(sum) / (kPatch * kPatch));
    }
  }
  return out;
}

// Mean absolute difference after the mean brightness change is taken out: a flash or a fade is no cut.
float difference(const std::vector<float>& a, const std::vector<float>& b) {
  float shift = 0;
  for (std::size_t i = 0; i < a.size(); ++i) shift += a[i] - b[i];
  shift /= static_cast<float>(a.size());
  float sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i] - shift);
  return sum / static_cast<float>(a.size());
}

}  // namespace

void CutFinder::reset() {
  previous_.clear();
  recent_.clear();
}

bool CutFinder::next(const media::Plane& luma) {
  if (luma.empty()) return false;
  std::vector<float> now = cells(luma);
  if (previous_.empty()) {
    previous_ = std::move(now);
    return false;
  }
  const float change = difference(now, previous_);
  previous_ = std::move(now);
  const float usual = recent_.empty() ? 0 : *std::max_element(recent_.begin(), recent_.end());
  const bool cut = change > 12 && change > 2.5F * usual;
  if (cut)
    recent_.clear();
  else
    recent_.push_back(change);
  if (recent_.size() > kHistory) recent_.erase(recent_.begin());
  return cut;
}

}  // namespace bonafide::forensics::face
