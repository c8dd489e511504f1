#include "media/dsp/keypoints.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <optional>

namespace bonafide::media {

namespace {

// Lowe 2004: section 3.2 (scales an octave), 3.3 (1.6), 4.1 (curvature 10), 5 (36 bins, 80 %), 6.1 (4 × 4 × 8, 0.2).
constexpr int kScales = 3;
constexpr double kSigma = 1.6;
constexpr float kCurvature = 10;
constexpr int kBins = 36;
constexpr float kSecondPeak = 0.8F;
constexpr int kBorder = 5;
constexpr float kPi = std::numbers::pi_v<float>;

struct Octave {
  std::vector<cv::Mat> blurred;      // kScales + 3
  std::vector<cv::Mat> differences;  // kScales + 2
};

Octave build(cv::Mat base) {
  Octave octave;
  octave.blurred.push_back(std::move(base));
  const double step = std::pow(2.0, 1.0 / kScales);
  double sigma = kSigma;
  for (int i = 1; i < kScales + 3; ++i) {
    cv::Mat next;
    const double more = sigma * std::sqrt(step * step - 1);
    cv::GaussianBlur(octave.blurred.back(), next, {}, more, more, cv::BORDER_REFLECT_101);
    octave.differences.emplace_back(next - octave.blurred.back());
    octave.blurred.push_back(std::move(next));
    sigma *= step;
  }
  return octave;
}

bool is_extremum(const Octave& octave, int s, int y, int x) {
  const float value = octave.differences[static_cast<std::size_t>(s)].at<float>(y, x);
  for (int ds = -1; ds <= 1; ++ds) {
    const cv::Mat& layer = octave.differences[static_cast<std::size_t>(s + ds)];
    for (int dy = -1; dy <= 1; ++dy) {
      const float* row = layer.ptr<float>(y + dy) + x;
      for (int dx = -1; dx <= 1; ++dx) {
        if (ds == 0 && dy == 0 && dx == 0) continue;
        if (value > 0 ? row[dx] > value : row[dx] < value) return false;
      }
    }
  }
  return true;
}

struct Place {
  float x = 0, y = 0, s = 0, value = 0;  // in the octave
  int layer = 0;
};

// Section 4: a parabola through the neighbours gives the place between pixels and scales. Weak points and points on
// edges are dropped.
std::optional<Place> refine(const Octave& octave, int s, int y, int x, float contrast) {
  for (int attempt = 0; attempt < 5; ++attempt) {
    const cv::Mat& below = octave.differences[static_cast<std::size_t>(s - 1)];
    const cv::Mat& here = octave.differences[static_cast<std::size_t>(s)];
    const cv::Mat& above = octave.differences[static_cast<std::size_t>(s + 1)];
    const auto v = [&](int dy, int dx) { return here.at<float>(y + dy, x + dx); };
    const cv::Vec3f gradient((v(0, 1) - v(0, -1)) / 2, (v(1, 0) - v(-1, 0)) / 2,
                             (above.at<float>(y, x) - below.at<float>(y, x)) / 2);
    const float dxx = v(0, 1) + v(0, -1) - 2 * v(0, 0);
    const float dyy = v(1, 0) + v(-1, 0) - 2 * v(0, 0);
    const float dss = above.at<float>(y, x) + below.at<float>(y, x) - 2 * v(0, 0);
    const float dxy = (v(1, 1) - v(1, -1) - v(-1, 1) + v(-1, -1)) / 4;
    const float dxs = (above.at<float>(y, x + 1) - above.at<float>(y, x - 1) - below.at<float>(y, x + 1) +
                       below.at<float>(y, x - 1)) /
                      4;
    const float dys = (above.at<float>(y + 1, x) - above.at<float>(y - 1, x) - below.at<float>(y + 1, x) +
                       below.at<float>(y - 1, x)) /
                      4;
    const cv::Matx33f hessian(dxx, dxy, dxs, dxy, dyy, dys, dxs, dys, dss);
    const cv::Vec3f move = -(hessian.solve(gradient, cv::DECOMP_LU));
    if (!(std::fabs(move[0]) < 1e3F && std::fabs(move[1]) < 1e3F && std::fabs(move[2]) < 1e3F)) return std::nullopt;
    if (std::fabs(move[0]) < 0.5F && std::fabs(move[1]) < 0.5F && std::fabs(move[2]) < 0.5F) {
      const float value = v(0, 0) + gradient.dot(move) / 2;
      if (std::fabs(value) * kScales < contrast) return std::nullopt;
      const float trace = dxx + dyy;
      const float determinant = dxx * dyy - dxy * dxy;
      if (determinant <= 0 || trace * trace * kCurvature >= (kCurvature + 1) * (kCurvature + 1) * determinant)
        return std::nullopt;
      return Place{static_cast<float>(x) + move[0], static_cast<float>(y) + move[1], static_cast<float>(s) + move[2],
                   std::fabs(value), s};
    }
    x += static_cast<int>(std::lround(move[0]));
    y += static_cast<int>(std::lround(move[1]));
    s += static_cast<int>(std::lround(move[2]));
    if (s < 1 || s > kScales || x < kBorder || y < kBorder || x >= here.cols - kBorder || y >= here.rows - kBorder)
      return std::nullopt;
  }
  return std::nullopt;
}

std::array<float, kBins> orientations(const cv::Mat& picture, float px, float py, float sigma) {
  std::array<float, kBins> raw{};
  const int radius = static_cast<int>(std::lround(4.5F * sigma));
  const int x0 = static_cast<int>(std::lround(px));
  const int y0 = static_cast<int>(std::lround(py));
  const float width = -1 / (2 * 2.25F * sigma * sigma);
  for (int y = std::max(1, y0 - radius); y <= std::min(picture.rows - 2, y0 + radius); ++y)
    for (int x = std::max(1, x0 - radius); x <= std::min(picture.cols - 2, x0 + radius); ++x) {
      const float dx = picture.at<float>(y, x + 1) - picture.at<float>(y, x - 1);
      const float dy = picture.at<float>(y + 1, x) - picture.at<float>(y - 1, x);
      const auto squared = static_cast<float>((x - x0) * (x - x0) + (y - y0) * (y - y0));
      const float turn = (std::atan2(dy, dx) + kPi) / (2 * kPi) * kBins;
      raw[static_cast<std::size_t>(std::min(kBins - 1, static_cast<int>(turn)))] +=
          std::exp(squared * width) * std::sqrt(dx * dx + dy * dy);
    }
  std::array<float, kBins> smooth{};
  for (int i = 0; i < kBins; ++i) {
    const auto at = [&](int j) { return raw[static_cast<std::size_t>((j + kBins) % kBins)]; };
    smooth[static_cast<std::size_t>(i)] = (at(i - 2) + at(i + 2) + 4 * (at(i - 1) + at(i + 1)) + 6 * at(i)) / 16;
  }
  return smooth;
}

// Spreads one gradient over the eight nearest bins of place and direction (section 6.1).
void spread(std::array<float, 128>& histogram, float row, float column, float direction, float weight) {
  const auto r0 = static_cast<int>(std::floor(row));
  const auto c0 = static_cast<int>(std::floor(column));
  const auto d0 = static_cast<int>(std::floor(direction));
  const float fr = row - static_cast<float>(r0);
  const float fc = column - static_cast<float>(c0);
  const float fd = direction - static_cast<float>(d0);
  for (int r = 0; r < 2; ++r) {
    if (r0 + r < 0 || r0 + r > 3) continue;
    const float wr = weight * (r == 0 ? 1 - fr : fr);
    for (int c = 0; c < 2; ++c) {
      if (c0 + c < 0 || c0 + c > 3) continue;
      const float wc = wr * (c == 0 ? 1 - fc : fc);
      float* bins = histogram.data() + ((r0 + r) * 4 + c0 + c) * 8;
      bins[d0 & 7] += wc * (1 - fd);
      bins[(d0 + 1) & 7] += wc * fd;
    }
  }
}

Description describe(const cv::Mat& picture, float px, float py, float sigma, float angle) {
  std::array<float, 128> histogram{};
  const float cell = 3 * sigma;
  const int radius = std::min(static_cast<int>(std::lround(cell * 1.41421356F * 2.5F)),
                              static_cast<int>(std::hypot(picture.cols, picture.rows)));
  const float cosine = std::cos(angle) / cell;
  const float sine = std::sin(angle) / cell;
  const int x0 = static_cast<int>(std::lround(px));
  const int y0 = static_cast<int>(std::lround(py));
  for (int y = std::max(1, y0 - radius); y <= std::min(picture.rows - 2, y0 + radius); ++y) {
    const float* row = picture.ptr<float>(y);
    const float* up = picture.ptr<float>(y - 1);
    const float* down = picture.ptr<float>(y + 1);
    for (int x = std::max(1, x0 - radius); x <= std::min(picture.cols - 2, x0 + radius); ++x) {
      const float ox = static_cast<float>(x) - px;
      const float oy = static_cast<float>(y) - py;
      const float u = ox * cosine + oy * sine;
      const float v = oy * cosine - ox * sine;
      if (std::fabs(u) >= 2.5F || std::fabs(v) >= 2.5F) continue;
      const float dx = row[x + 1] - row[x - 1];
      const float dy = down[x] - up[x];
      float turn = (std::atan2(dy, dx) - angle) / (2 * kPi) * 8;
      turn -= 8 * std::floor(turn / 8);
      spread(histogram, v + 1.5F, u + 1.5F, turn, std::exp(-(u * u + v * v) / 8) * std::sqrt(dx * dx + dy * dy));
    }
  }
  float length = 0;
  for (const float value : histogram) length += value * value;
  const float most = 0.2F * std::sqrt(length);
  float sum = 1e-12F;
  for (float& value : histogram) sum += value = std::min(value, most);
  Description description{};
  for (std::size_t i = 0; i < 128; ++i)
    description[i] = static_cast<std::int16_t>(std::lround(512 * std::sqrt(histogram[i] / sum)));
  return description;
}

struct Found {
  Place place;
  int octave = 0;
  float scale = 1;  // pixels of the picture for one of the octave
};

void search(const Octave& octave, int index, float scale, float contrast, std::vector<Found>& found) {
  const float first_bar = 0.5F * contrast / kScales;
  for (int s = 1; s <= kScales; ++s) {
    const cv::Mat& layer = octave.differences[static_cast<std::size_t>(s)];
    for (int y = kBorder; y < layer.rows - kBorder; ++y) {
      const float* row = layer.ptr<float>(y);
      for (int x = kBorder; x < layer.cols - kBorder; ++x) {
        if (std::fabs(row[x]) <= first_bar || !is_extremum(octave, s, y, x)) continue;
        if (auto place = refine(octave, s, y, x, contrast)) found.push_back({*place, index, scale});
      }
    }
  }
}

// `shift`: how far the first layer's pixel centres lie from the picture's.
void describe_all(const Found& found, const Octave& octave, float shift, std::vector<Keypoint>& into) {
  const float sigma = static_cast<float>(kSigma) * std::pow(2.0F, found.place.s / kScales);
  const cv::Mat& picture = octave.blurred[static_cast<std::size_t>(found.place.layer)];
  const auto histogram = orientations(picture, found.place.x, found.place.y, sigma);
  const float highest = *std::max_element(histogram.begin(), histogram.end());
  for (int i = 0; i < kBins; ++i) {
    const auto at = [&](int j) { return histogram[static_cast<std::size_t>((j + kBins) % kBins)]; };
    if (!(at(i) > at(i - 1) && at(i) > at(i + 1) && at(i) >= kSecondPeak * highest)) continue;
    const float bend = at(i - 1) - 2 * at(i) + at(i + 1);
    const float bin = static_cast<float>(i) + 0.5F + (bend != 0 ? 0.5F * (at(i - 1) - at(i + 1)) / bend : 0);
    Keypoint point;
    point.angle = bin / kBins * 2 * kPi - kPi;
    point.x = found.place.x * found.scale - shift;
    point.y = found.place.y * found.scale - shift;
    point.scale = sigma * found.scale;
    point.response = found.place.value;
    point.description = describe(picture, found.place.x, found.place.y, sigma, point.angle);
    into.push_back(point);
  }
}

cv::Mat every_second(const cv::Mat& from) {
  cv::Mat half(from.rows / 2, from.cols / 2, CV_32F);
  for (int y = 0; y < half.rows; ++y)
    for (int x = 0; x < half.cols; ++x) half.at<float>(y, x) = from.at<float>(2 * y, 2 * x);
  return half;
}

cv::Mat first_layer(GreyView picture, bool doubled) {
  const cv::Mat grey(picture.height, picture.width, CV_8UC1, const_cast<std::uint8_t*>(picture.data),
                     static_cast<std::size_t>(picture.stride));
  cv::Mat base;
  grey.convertTo(base, CV_32F, 1.0 / 255);
  if (doubled) cv::resize(base, base, {}, 2, 2, cv::INTER_LINEAR);
  const double has = doubled ? 1.0 : 0.5;  // Lowe, section 3.3
  cv::GaussianBlur(base, base, {}, std::sqrt(kSigma * kSigma - has * has), 0, cv::BORDER_REFLECT_101);
  return base;
}

}  // namespace

Result<std::vector<Keypoint>> find_keypoints(GreyView picture, const KeypointSettings& settings,
                                             const Context& context) {
  std::vector<Keypoint> points;
  if (std::min(picture.width, picture.height) < 32) return points;
  std::vector<Octave> octaves;
  std::vector<Found> found;
  cv::Mat base = first_layer(picture, settings.doubled);
  float scale = settings.doubled ? 0.5F : 1;
  while (std::min(base.cols, base.rows) >= 16) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    if (context.out_of_time()) return make_error(Code::limit, "out of time");
    octaves.push_back(build(std::move(base)));
    search(octaves.back(), static_cast<int>(octaves.size()) - 1, scale, settings.contrast, found);
    octaves.back().differences.clear();
    base = every_second(octaves.back().blurred[kScales]);
    scale *= 2;
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.place.value > b.place.value; });
  if (found.size() > static_cast<std::size_t>(settings.most)) found.resize(static_cast<std::size_t>(settings.most));
  for (const Found& one : found) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    if (context.out_of_time()) return make_error(Code::limit, "out of time");
    describe_all(one, octaves[static_cast<std::size_t>(one.octave)], settings.doubled ? 0.25F : 0, points);
  }
  if (points.size() > static_cast<std::size_t>(settings.most)) points.resize(static_cast<std::size_t>(settings.most));
  return points;
}

}  // namespace bonafide::media
