#include "media/dsp/copy_move.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <optional>

#include "media/dsp/acontrario.h"
#include "media/dsp/cell_places.h"
#include "media/dsp/copy_match.h"
#include "media/dsp/keypoints.h"

namespace bonafide::media {

namespace {

constexpr int kMostPoints = 4000;
constexpr std::size_t kMostSeeds = 600;
constexpr int kMostMaps = 6;
constexpr double kTolerance = 3;  // pixels

// A match that follows a map, in the map's direction.
struct Follower {
  std::size_t match = 0;
  cv::Point2d from, to;
};

class Maps {
 public:
  Maps(const std::vector<Keypoint>& points, const std::vector<Match>& matches, double area)
      : points_(points), matches_(matches), used_(matches.size(), 0), area_(area) {}

  struct Candidate {
    PixelMap map;
    std::vector<Follower> followers;
    double log10_nfa = 0;
  };
  /// The map that chance explains least among the matches left; their matches are taken.
  std::optional<Candidate> next() {
    std::optional<Candidate> best;
    const std::size_t step = std::max<std::size_t>(1, matches_.size() / kMostSeeds);
    for (std::size_t seed = 0; seed < matches_.size(); seed += step) {
      if (used_[seed] != 0) continue;
      auto candidate = grow(seed);
      if (candidate && (!best || candidate->log10_nfa < best->log10_nfa)) best = std::move(candidate);
    }
    if (!best) return best;
    take(best->map);
    return best;
  }

 private:
  std::optional<Candidate> grow(std::size_t seed) const {
    const Keypoint& a = points_[static_cast<std::size_t>(matches_[seed].a)];
    const Keypoint& b = points_[static_cast<std::size_t>(matches_[seed].b)];
    const double s = b.scale / a.scale;
    if (s < 0.4 || s > 2.5) return std::nullopt;
    const double turn = b.angle - a.angle;
    Candidate candidate;
    PixelMap& map = candidate.map;
    map.a = map.d = s * std::cos(turn);
    map.c = s * std::sin(turn);
    map.b = -map.c;
    map.tx = b.x - map.a * a.x - map.b * a.y;
    map.ty = b.y - map.c * a.x - map.d * a.y;
    // A point knows its own scale and direction roughly: near it the map is right to a few pixels.
    auto near = followers(map, 2 * kTolerance, 100, {a.x, a.y});
    for (int round = 0; round < 3; ++round) {
      if (near.size() < 3 || !fit(near, map)) return std::nullopt;
      near = followers(map, kTolerance, 1e9, {});
    }
    if (near.size() < kLeastPoints || !sound(map)) return std::nullopt;
    candidate.log10_nfa = log10_nfa_of(near.size());
    candidate.followers = std::move(near);
    return candidate;
  }

  // All matches that follow a map, every witness of a place: none may bring the same map again.
  void take(const PixelMap& map) {
    for (std::size_t i = 0; i < matches_.size(); ++i) {
      const Keypoint& a = points_[static_cast<std::size_t>(matches_[i].a)];
      const Keypoint& b = points_[static_cast<std::size_t>(matches_[i].b)];
      for (const auto& [from, to] : {std::pair(&a, &b), std::pair(&b, &a)}) {
        const auto [x, y] = map.at(from->x, from->y);
        if (std::hypot(x - to->x, y - to->y) < 4 * kTolerance) used_[i] = 1;
      }
    }
  }

  static bool sound(const PixelMap& map) {
    const double area = map.a * map.d - map.b * map.c;
    const double shear = std::hypot(map.a - map.d, map.b + map.c) / std::sqrt(std::max(area, 1e-9));
    return area > 0.16 && area < 6.25 && shear < 0.4;
  }

  double log10_nfa_of(std::size_t k) const {
    const auto n = static_cast<double>(matches_.size());
    const auto dk = static_cast<double>(k);
    const double chance = std::min(1.0, 2 * std::numbers::pi * kTolerance * kTolerance / area_);
    const auto choose = [](double of, double some) {
      int sign = 1;
      return (lgamma_r(of + 1, &sign) - lgamma_r(some + 1, &sign) - lgamma_r(of - some + 1, &sign)) /
             std::numbers::ln10;
    };
    return std::log10(std::max(1.0, n - 3)) + choose(n, dk) + choose(dk, 3) + (dk - 3) * std::log10(chance);
  }

  // Distinct places only: one corner seen at three scales is one witness.
  std::vector<Follower> followers(const PixelMap& map, double tolerance, double reach, cv::Point2d about) const {
    std::vector<Follower> found;
    for (std::size_t i = 0; i < matches_.size(); ++i) {
      if (used_[i] != 0) continue;
      const Keypoint& a = points_[static_cast<std::size_t>(matches_[i].a)];
      const Keypoint& b = points_[static_cast<std::size_t>(matches_[i].b)];
      for (const auto& [from, to] : {std::pair(&a, &b), std::pair(&b, &a)}) {
        const auto [x, y] = map.at(from->x, from->y);
        if (std::hypot(x - to->x, y - to->y) > tolerance || std::hypot(from->x - about.x, from->y - about.y) > reach)
          continue;
        const cv::Point2d here(from->x, from->y);
        const bool known = std::ranges::any_of(
            found, [&](const Follower& f) { return std::hypot(f.from.x - here.x, f.from.y - here.y) < 2; });
        if (!known) found.push_back({i, here, {to->x, to->y}});
        break;
      }
    }
    return found;
  }

  // Least squares; a similarity while the points are few, an affine map from eight on.
  static bool fit(const std::vector<Follower>& points, PixelMap& map) {
    const bool affine = points.size() >= 8;
    const auto rows = static_cast<int>(points.size()) * 2;
    cv::Mat left = cv::Mat::zeros(rows, affine ? 6 : 4, CV_64F);
    cv::Mat right(rows, 1, CV_64F);
    for (int i = 0; i < rows; i += 2) {
      const Follower& p = points[static_cast<std::size_t>(i / 2)];
      double* u = left.ptr<double>(i);
      double* v = left.ptr<double>(i + 1);
      if (affine) {
        u[0] = p.from.x, u[1] = p.from.y, u[2] = 1;
        v[3] = p.from.x, v[4] = p.from.y, v[5] = 1;
      } else {
        u[0] = p.from.x, u[1] = -p.from.y, u[2] = 1;
        v[0] = p.from.y, v[1] = p.from.x, v[3] = 1;
      }
      right.at<double>(i) = p.to.x;
      right.at<double>(i + 1) = p.to.y;
    }
    cv::Mat x;
    if (!cv::solve(left, right, x, cv::DECOMP_SVD)) return false;
    const auto at = [&](int i) { return x.at<double>(i); };
    if (affine)
      map = {at(0), at(1), at(2), at(3), at(4), at(5)};
    else
      map = {at(0), -at(1), at(2), at(1), at(0), at(3)};
    return true;
  }

  const std::vector<Keypoint>& points_;
  const std::vector<Match>& matches_;
  std::vector<char> used_;
  double area_;
};

// Correlation of two pictures in windows, and whether a window has texture in two directions: along a straight edge
// everything correlates with everything.
class Windows {
 public:
  explicit Windows(const cv::Mat& grey) : grey_(grey) {}
  struct Proof {
    cv::Rect where;
    cv::Mat like;      // correlation
    cv::Mat textured;  // 0 or 255
  };
  Proof compare(const PixelMap& map, cv::Rect where) const {
    const cv::Mat move = (cv::Mat_<double>(2, 3) << map.a, map.b, map.at(where.x, where.y)[0], map.c, map.d,
                          map.at(where.x, where.y)[1]);
    Proof proof;
    proof.where = where;
    cv::Mat other;
    cv::warpAffine(grey_, other, move, where.size(), cv::INTER_CUBIC | cv::WARP_INVERSE_MAP, cv::BORDER_CONSTANT,
                   -1000);
    const cv::Mat here = grey_(where);
    cv::Mat ma, mb, aa, bb, ab;
    mean(here, ma);
    mean(other, mb);
    mean(here.mul(here), aa);
    mean(other.mul(other), bb);
    mean(here.mul(other), ab);
    const cv::Mat va = aa - ma.mul(ma);
    const cv::Mat vb = bb - mb.mul(mb);
    cv::Mat root;
    cv::sqrt(cv::max(va.mul(vb), 1.0), root);
    proof.like = (ab - ma.mul(mb)) / root;
    proof.textured = (va > kLeastVariance) & (vb > kLeastVariance) & (mb > -1) & corners(here);
    return proof;
  }

 private:
  static constexpr int kWindow = 13;
  static constexpr double kLeastVariance = 16;
  static constexpr double kLeastCorner = 3;  // squared grey levels a pixel
  static void mean(const cv::Mat& from, cv::Mat& to) {
    cv::boxFilter(from, to, CV_32F, {kWindow, kWindow}, {-1, -1}, true, cv::BORDER_REFLECT_101);
  }
  static cv::Mat corners(const cv::Mat& grey) {
    cv::Mat dx, dy, xx, yy, xy;
    cv::Sobel(grey, dx, CV_32F, 1, 0, 3, 0.125);
    cv::Sobel(grey, dy, CV_32F, 0, 1, 3, 0.125);
    mean(dx.mul(dx), xx);
    mean(dy.mul(dy), yy);
    mean(dx.mul(dy), xy);
    cv::Mat half = (xx + yy) / 2;
    cv::Mat spread;
    cv::sqrt((xx - yy).mul(xx - yy) / 4 + xy.mul(xy), spread);
    const cv::Mat low = half - spread;
    return (low > kLeastCorner) & (low > 0.02 * (half + spread));
  }
  cv::Mat grey_;
};

// The finest detail (noise, grain) of two places: what is truly there twice differs in it, a copy does not.
class FineDetail {
 public:
  using Cells = std::vector<std::pair<int, int>>;
  FineDetail(const cv::Mat& grey, double blur) : grey_(grey), blur_(blur) {}

  /// Correlation over the middle of `cells` (kCopyCell · factor pixels each).
  double likeness(const Cells& cells, double factor, const PixelMap& map) const {
    const auto [where, mask] = middle(cells, factor);
    return where.empty() ? 0 : likeness(where, mask, fine(grey_(where)), map);
  }
  /// Tries maps by whole pixels (by halves when it turns or scales) about `map`; true when a better one was found.
  bool settle(const Cells& cells, double factor, PixelMap& map) const {
    const auto [where, mask] = middle(cells, factor);
    if (where.empty()) return false;
    const cv::Mat here = fine(grey_(where));
    double best = likeness(where, mask, here, map);
    const double before = best;
    const PixelMap fitted = map;
    const double cx = where.x + where.width / 2.0;
    const double cy = where.y + where.height / 2.0;
    const auto [tx, ty] = map.at(cx, cy);
    const int reach = factor > 1.01 ? 3 : 2;
    const bool shifted = std::fabs(map.scale() - 1) < 0.03 && std::fabs(map.turn()) < 2;
    for (int j = -reach; j <= reach; ++j)
      for (int i = -reach; i <= reach; ++i) {
        PixelMap trial = fitted;
        if (shifted)
          trial = {1, 0, std::round(tx - cx) + i, 0, 1, std::round(ty - cy) + j};
        else
          trial.tx += i * 0.5, trial.ty += j * 0.5;
        const double value = likeness(where, mask, here, trial);
        if (value > best) best = value, map = trial;
      }
    return best > before;
  }

 private:
  static constexpr int kMost = 192;  // pixels each way: enough to tell, bounded in time
  cv::Mat fine(const cv::Mat& from) const {
    cv::Mat smooth;
    cv::GaussianBlur(from, smooth, {}, blur_, blur_, cv::BORDER_REFLECT_101 | cv::BORDER_ISOLATED);
    return from - smooth;
  }
  std::pair<cv::Rect, cv::Mat> middle(const Cells& cells, double factor) const {
    double sx = 0;
    double sy = 0;
    for (const auto& [x, y] : cells) sx += x + 0.5, sy += y + 0.5;
    const double side = kCopyCell * factor;
    const auto n = static_cast<double>(cells.size());
    // About the cell nearest to the middle: the place may be bent or in two.
    const auto centre = *std::ranges::min_element(cells, {}, [&](const std::pair<int, int>& cell) {
      return std::hypot(cell.first + 0.5 - sx / n, cell.second + 0.5 - sy / n);
    });
    const cv::Rect where = cv::Rect(static_cast<int>((centre.first + 0.5) * side) - kMost / 2,
                                    static_cast<int>((centre.second + 0.5) * side) - kMost / 2, kMost, kMost) &
                           cv::Rect(0, 0, grey_.cols, grey_.rows);
    cv::Mat mask = cv::Mat::zeros(where.size(), CV_8UC1);
    for (const auto& [x, y] : cells) {
      const cv::Rect cell(static_cast<int>(x * side) - where.x, static_cast<int>(y * side) - where.y,
                          static_cast<int>(side), static_cast<int>(side));
      mask(cell & cv::Rect(0, 0, mask.cols, mask.rows)) = 255;
    }
    if (cv::countNonZero(mask) < 200) return {};
    return {where, mask};
  }
  double likeness(cv::Rect where, const cv::Mat& mask, const cv::Mat& here, const PixelMap& map) const {
    const auto [tx, ty] = map.at(where.x, where.y);
    const cv::Mat move = (cv::Mat_<double>(2, 3) << map.a, map.b, tx, map.c, map.d, ty);
    cv::Mat other;
    cv::warpAffine(grey_, other, move, where.size(), cv::INTER_CUBIC | cv::WARP_INVERSE_MAP, cv::BORDER_REFLECT_101);
    other = fine(other);
    double aa = 0;
    double bb = 0;
    double ab = 0;
    for (int y = 0; y < here.rows; ++y)
      for (int x = 0; x < here.cols; ++x) {
        if (mask.at<std::uint8_t>(y, x) == 0) continue;
        const double a = here.at<float>(y, x);
        const double b = other.at<float>(y, x);
        aa += a * a, bb += b * b, ab += a * b;
      }
    return ab / std::sqrt(std::max(1e-9, aa * bb));
  }
  cv::Mat grey_;
  double blur_;
};

class Prover {
 public:
  Prover(GreyView picture, GreyView full)
      : grey_(float_of(picture)),
        full_(full.width > picture.width ? float_of(full) : grey_),
        factor_(static_cast<double>(full_.cols) / grey_.cols),
        windows_(grey_),
        across_((picture.width + kCopyCell - 1) / kCopyCell),
        down_((picture.height + kCopyCell - 1) / kCopyCell) {}

  CopyPair prove(const Maps::Candidate& candidate) const {
    CopyPair pair;
    pair.map = candidate.map;
    pair.points = static_cast<int>(candidate.followers.size());
    pair.log10_nfa = candidate.log10_nfa;
    const cv::Rect where = around(candidate.followers);
    if (where.width < 16 || where.height < 16) return pair;
    auto proof = windows_.compare(pair.map, where);
    auto same = same_cells(proof, pair.map, candidate.followers);
    if (same.empty()) return pair;
    // A copy moved by whole pixels is the common case, and points place it to a fraction of one only: try those near.
    const FineDetail here(grey_, kFineBlur);
    if (here.settle(same, 1, pair.map)) {
      proof = windows_.compare(pair.map, where);
      same = same_cells(proof, pair.map, candidate.followers);
      if (same.empty()) return pair;
    }
    measure(proof, same, pair);
    const auto moved = [](const PixelMap& m) { return m.a == 1 && m.b == 0 && m.c == 0 && m.d == 1; };
    const FineDetail whole(full_, kFineBlur);
    PixelMap large = enlarged(pair.map);
    if (factor_ > 1.01) whole.settle(same, factor_, large);
    pair.detail = whole.likeness(same, factor_, large);
    pair.whole_pixels = moved(large);
    pair.repeats = std::max(repeats(twice(pair.map), same), repeats(inverse(pair.map), same));
    // The map may skip a wallpaper's nearest repeats.
    if (std::fabs(pair.map.scale() - 1) < 0.03 && std::fabs(pair.map.turn()) < 2)
      for (const double part : {1.0 / 2, 1.0 / 3, 2.0 / 3}) {
        const PixelMap step = shift(pair.map, same, part);
        if (std::hypot(step.tx, step.ty) > kLeastDistance) pair.repeats = std::max(pair.repeats, repeats(step, same));
      }
    pair.proven = passes(pair);
    return pair;
  }

 private:
  using Cells = std::vector<std::pair<int, int>>;

  static cv::Mat float_of(GreyView picture) {
    const cv::Mat grey(picture.height, picture.width, CV_8UC1, const_cast<std::uint8_t*>(picture.data),
                       static_cast<std::size_t>(picture.stride));
    cv::Mat out;
    grey.convertTo(out, CV_32F);
    return out;
  }
  static PixelMap twice(const PixelMap& m) {
    const auto [tx, ty] = m.at(m.tx, m.ty);
    return {m.a * m.a + m.b * m.c, m.a * m.b + m.b * m.d, tx, m.c * m.a + m.d * m.c, m.c * m.b + m.d * m.d, ty};
  }
  // The move of the middle of `same`, shortened.
  static PixelMap shift(const PixelMap& m, const Cells& same, double part) {
    const double x = (same.front().first + same.back().first) * kCopyCell / 2.0;
    const double y = (same.front().second + same.back().second) * kCopyCell / 2.0;
    const auto [tx, ty] = m.at(x, y);
    return {1, 0, (tx - x) * part, 0, 1, (ty - y) * part};
  }
  static PixelMap inverse(const PixelMap& m) {
    const double det = m.a * m.d - m.b * m.c;
    const double a = m.d / det, b = -m.b / det, c = -m.c / det, d = m.a / det;
    return {a, b, -a * m.tx - b * m.ty, c, d, -c * m.tx - d * m.ty};
  }
  cv::Rect around(const std::vector<Follower>& followers) const {
    double left = 1e9, top = 1e9, right = -1, bottom = -1;
    for (const Follower& f : followers) {
      left = std::min(left, f.from.x), right = std::max(right, f.from.x);
      top = std::min(top, f.from.y), bottom = std::max(bottom, f.from.y);
    }
    const double more = 32 + 0.5 * std::max(right - left, bottom - top);
    const int x0 = std::max(0, static_cast<int>((left - more) / kCopyCell)) * kCopyCell;
    const int y0 = std::max(0, static_cast<int>((top - more) / kCopyCell)) * kCopyCell;
    const int x1 = std::min(grey_.cols, static_cast<int>(right + more));
    const int y1 = std::min(grey_.rows, static_cast<int>(bottom + more));
    return {x0, y0, std::max(0, x1 - x0), std::max(0, y1 - y0)};
  }

  // Cells where most pixels are textured and alike, in places that hold a matching point.
  Cells same_cells(const Windows::Proof& proof, const PixelMap& map, const std::vector<Follower>& followers) const {
    std::vector<std::uint8_t> marked(static_cast<std::size_t>(across_) * static_cast<std::size_t>(down_), 0);
    const auto at = [&](int cx, int cy) -> std::uint8_t& {
      return marked[static_cast<std::size_t>(cy) * static_cast<std::size_t>(across_) + static_cast<std::size_t>(cx)];
    };
    for (int y = 0; y + kCopyCell <= proof.where.height; y += kCopyCell)
      for (int x = 0; x + kCopyCell <= proof.where.width; x += kCopyCell) {
        const auto [tx, ty] = map.at(proof.where.x + x, proof.where.y + y);
        if (std::hypot(tx - proof.where.x - x, ty - proof.where.y - y) < kLeastDistance) continue;
        int alike = 0;
        for (int j = 0; j < kCopyCell; ++j)
          for (int i = 0; i < kCopyCell; ++i)
            if (proof.textured.at<std::uint8_t>(y + j, x + i) != 0 && proof.like.at<float>(y + j, x + i) > kLikeWindow)
              ++alike;
        if (alike * 2 > kCopyCell * kCopyCell) at((proof.where.x + x) / kCopyCell, (proof.where.y + y) / kCopyCell) = 1;
      }
    Cells cells;
    for (const CellPlace& place : connected_places(marked, across_, down_)) {
      int witnesses = 0;
      for (const Follower& f : followers) {
        const int cx = static_cast<int>(f.from.x) / kCopyCell, cy = static_cast<int>(f.from.y) / kCopyCell;
        witnesses += std::ranges::any_of(place.cells, [&](const auto& cell) {
          return std::abs(cell.first - cx) <= 1 && std::abs(cell.second - cy) <= 1;
        });
      }
      if (witnesses >= 2) cells.insert(cells.end(), place.cells.begin(), place.cells.end());
    }
    return cells;
  }

  static void measure(const Windows::Proof& proof, const Cells& same, CopyPair& pair) {
    double like = 0;
    for (const auto& [cx, cy] : same) {
      for (int y = cy * kCopyCell; y < std::min((cy + 1) * kCopyCell, proof.where.br().y); ++y)
        for (int x = cx * kCopyCell; x < std::min((cx + 1) * kCopyCell, proof.where.br().x); ++x)
          like += proof.like.at<float>(y - proof.where.y, x - proof.where.x);
      const auto [tx, ty] = pair.map.at(cx * kCopyCell + kCopyCell / 2.0, cy * kCopyCell + kCopyCell / 2.0);
      pair.from.emplace_back(cx, cy);
      pair.to.emplace_back(static_cast<int>(tx) / kCopyCell, static_cast<int>(ty) / kCopyCell);
    }
    pair.area = static_cast<double>(same.size()) * kCopyCell * kCopyCell;
    pair.likeness = like / pair.area;
  }
  // Pixel centres lie half a pixel in: the same affine map on the larger picture.
  PixelMap enlarged(const PixelMap& m) const {
    PixelMap large = m;
    const double half = (factor_ - 1) / 2;
    large.tx = m.tx * factor_ + half - (m.a + m.b) * half;
    large.ty = m.ty * factor_ + half - (m.c + m.d) * half;
    return large;
  }
  bool passes(const CopyPair& pair) const {
    const double least = std::max(kLeastArea, kLeastAreaShare * grey_.cols * grey_.rows);
    if (pair.area < least || pair.repeats > kMostRepeats) return false;
    // Few points, but the pixels themselves leave no doubt.
    if (pair.area >= 1.5 * least && pair.detail >= kSureDetail && pair.repeats <= kMostRepeats / 3) return true;
    return pair.log10_nfa <= kLog10Epsilon && pair.detail >= (pair.whole_pixels ? kLeastDetailMoved : kLeastDetail);
  }

  // How much of the place looks the same under another map, too.
  double repeats(const PixelMap& map, const Cells& same) const {
    int left = 1 << 30, top = 1 << 30, right = 0, bottom = 0;
    for (const auto& [cx, cy] : same) {
      left = std::min(left, cx), right = std::max(right, cx + 1);
      top = std::min(top, cy), bottom = std::max(bottom, cy + 1);
    }
    const cv::Rect where =
        cv::Rect(left * kCopyCell, top * kCopyCell, (right - left) * kCopyCell, (bottom - top) * kCopyCell) &
        cv::Rect(0, 0, grey_.cols, grey_.rows);
    if (where.width < 16 || where.height < 16) return 0;
    const auto proof = windows_.compare(map, where);
    int alike = 0;
    int inside = 0;
    for (const auto& [cx, cy] : same) {
      const auto [u, v] = map.at((cx + 0.5) * kCopyCell, (cy + 0.5) * kCopyCell);
      if (u < 8 || v < 8 || u >= grey_.cols - 8 || v >= grey_.rows - 8) continue;
      ++inside;
      const int x = cx * kCopyCell - where.x + kCopyCell / 2, y = cy * kCopyCell - where.y + kCopyCell / 2;
      if (x >= where.width || y >= where.height) continue;
      // A repeat may be a pixel off after two steps: less than the bar.
      if (proof.textured.at<std::uint8_t>(y, x) != 0 && proof.like.at<float>(y, x) > 0.75) ++alike;
    }
    return inside < kLeastInside ? 0 : static_cast<double>(alike) / inside;
  }

  static constexpr double kFineBlur = 1;
  static constexpr int kLeastInside = 6;  // cells
  cv::Mat grey_, full_;
  double factor_;
  Windows windows_;
  int across_, down_;
};

// The same two places, by a map that differs a little or runs the other way.
bool already_known(const std::vector<CopyPair>& pairs, const CopyPair& pair) {
  if (!pair.proven) return false;
  const auto centre = [](const std::vector<std::pair<int, int>>& cells) {
    cv::Point2d sum;
    for (const auto& [x, y] : cells) sum += cv::Point2d(x, y);
    return sum / static_cast<double>(cells.size());
  };
  return std::ranges::any_of(pairs, [&](const CopyPair& known) {
    if (!known.proven) return false;
    const double reach = std::sqrt(known.area + pair.area) / kCopyCell;
    const auto near = [&](const auto& a, const auto& b) { return cv::norm(centre(a) - centre(b)) < reach; };
    return (near(known.from, pair.from) && near(known.to, pair.to)) ||
           (near(known.from, pair.to) && near(known.to, pair.from));
  });
}

}  // namespace

double PixelMap::scale() const { return std::sqrt(std::fabs(a * d - b * c)); }
double PixelMap::turn() const { return std::atan2(c - b, a + d) * 180 / std::numbers::pi; }

Result<CopySearch> find_copies(GreyView picture, GreyView full, const Context& context) {
  CopySearch search;
  KeypointSettings settings;
  settings.most = kMostPoints;
  settings.contrast = 0.005F;
  settings.doubled = static_cast<double>(picture.width) * picture.height < 600'000;
  const auto points = TRY(find_keypoints(picture, settings, context));
  search.points = static_cast<int>(points.size());
  const auto matches = TRY(match_within(points, context));
  search.matches = static_cast<int>(matches.size());
  if (matches.size() < kLeastPoints) return search;
  Maps maps(points, matches, static_cast<double>(picture.width) * picture.height);
  const Prover prover(picture, full);
  for (int i = 0; i < kMostMaps; ++i) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    if (context.out_of_time()) return make_error(Code::limit, "out of time");
    const auto candidate = maps.next();
    if (!candidate) break;
    CopyPair pair = prover.prove(*candidate);
    if (!already_known(search.pairs, pair)) search.pairs.push_back(std::move(pair));
  }
  std::stable_sort(search.pairs.begin(), search.pairs.end(), [](const CopyPair& a, const CopyPair& b) {
    return a.proven != b.proven ? a.proven : a.area > b.area;
  });
  return search;
}

}  // namespace bonafide::media
