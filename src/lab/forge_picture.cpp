#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <queue>

#include "lab/dice.h"
#include "lab/forge.h"
#include "lab/picture.h"

namespace bonafide::lab {

namespace {

constexpr int kSmallest = 96;  // pixels on the short side

int between(Dice& dice, int low, int high) {
  return low + static_cast<int>(dice.below(static_cast<std::size_t>(std::max(1, high - low + 1))));
}

// A rectangle of 12 to 30 % of each side, anywhere.
cv::Rect somewhere(Dice& dice, const cv::Size& size) {
  const int width = std::max(24, between(dice, size.width * 12 / 100, size.width * 30 / 100));
  const int height = std::max(24, between(dice, size.height * 12 / 100, size.height * 30 / 100));
  return {between(dice, 0, size.width - width), between(dice, 0, size.height - height), width, height};
}

// An ellipse or the whole rectangle, 255 inside.
cv::Mat shape_in(Dice& dice, const cv::Size& size) {
  cv::Mat shape(size, CV_8UC1, cv::Scalar(0));
  if (dice.below(2) == 0)
    shape.setTo(255);
  else
    cv::ellipse(shape, {size.width / 2, size.height / 2}, {size.width / 2 - 1, size.height / 2 - 1}, 0, 0, 360, 255,
                cv::FILLED);
  return shape;
}

// Fills the masked pixels from their rim inwards, each from its known neighbours (the order of Telea 2004, with plain
// weights by distance): smooth, as quick retouching tools leave it.
void fill_in(cv::Mat& rgb, const cv::Mat& hole) {
  cv::Mat depth;
  cv::distanceTransform(hole, depth, cv::DIST_L2, cv::DIST_MASK_PRECISE);
  std::vector<std::pair<float, cv::Point>> order;
  for (int y = 0; y < hole.rows; ++y)
    for (int x = 0; x < hole.cols; ++x)
      if (hole.at<std::uint8_t>(y, x) > 0) order.push_back({depth.at<float>(y, x), {x, y}});
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  cv::Mat known = hole == 0;
  constexpr int kReach = 4;
  for (const auto& [d, p] : order) {
    cv::Vec3d sum(0, 0, 0);
    double weight = 0;
    for (int y = std::max(0, p.y - kReach); y <= std::min(rgb.rows - 1, p.y + kReach); ++y) {
      for (int x = std::max(0, p.x - kReach); x <= std::min(rgb.cols - 1, p.x + kReach); ++x) {
        if (known.at<std::uint8_t>(y, x) == 0) continue;
        const double w = 1.0 / ((x - p.x) * (x - p.x) + (y - p.y) * (y - p.y));
        sum += w * cv::Vec3d(rgb.at<cv::Vec3b>(y, x));
        weight += w;
      }
    }
    if (weight > 0) rgb.at<cv::Vec3b>(p) = cv::Vec3b(sum / weight);
    known.at<std::uint8_t>(p) = 255;
  }
}

bool touches(const cv::Rect& place, const std::vector<std::array<int, 4>>& faces) {
  return std::any_of(faces.begin(), faces.end(), [&](const auto& f) {
    const cv::Rect wide(f[0] - f[2] / 2, f[1] - f[3] / 2, 2 * f[2], 2 * f[3]);  // hair and neck too
    return (wide & place).area() > 0;
  });
}

Result<cv::Mat> piece_from(Dice& dice, const Donor& donor, const cv::Size& size) {
  const cv::Mat other = matrix_of(donor.picture);
  if (other.cols < size.width || other.rows < size.height)
    return make_error(Code::unsupported, "the other picture is too small to give a piece");
  for (int attempt = 0; attempt < 50; ++attempt) {
    const cv::Rect from(between(dice, 0, other.cols - size.width), between(dice, 0, other.rows - size.height),
                        size.width, size.height);
    if (!touches(from, donor.faces)) return other(from).clone();
  }
  return make_error(Code::denied, "the other picture has no piece without a face");
}

cv::Mat resampled(Dice& dice, const cv::Mat& piece) {
  const double factor = 1.1 + 0.6 * dice.unit();
  cv::Mat large;
  cv::resize(piece, large, {}, factor, factor, cv::INTER_CUBIC);
  return large(cv::Rect((large.cols - piece.cols) / 2, (large.rows - piece.rows) / 2, piece.cols, piece.rows)).clone();
}

// The same piece, a little off in place and colour, blended at its rim: what self-blended training pictures do
// (Shiohara & Yamasaki 2022), within one picture and one place.
cv::Mat jittered(Dice& dice, const cv::Mat& piece) {
  const float dx = static_cast<float>(2 * dice.unit() - 1);
  const float dy = static_cast<float>(2 * dice.unit() - 1);
  const cv::Mat shift = (cv::Mat_<float>(2, 3) << 1.01F, 0, dx, 0, 1.01F, dy);
  cv::Mat out;
  cv::warpAffine(piece, out, shift, piece.size(), cv::INTER_LINEAR, cv::BORDER_REFLECT);
  out.convertTo(out, -1, 0.95 + 0.1 * dice.unit(), 12 * dice.unit() - 6);
  if (dice.below(2) == 0) cv::GaussianBlur(out, out, {0, 0}, 0.6 + 0.6 * dice.unit());
  return out;
}

void paste(cv::Mat& rgb, const cv::Rect& place, const cv::Mat& piece, const cv::Mat& shape, double rim) {
  cv::Mat alpha;
  shape.convertTo(alpha, CV_32F, 1.0 / 255);
  if (rim > 0) cv::GaussianBlur(alpha, alpha, {0, 0}, rim);
  for (int y = 0; y < place.height; ++y) {
    for (int x = 0; x < place.width; ++x) {
      const double a = static_cast<double>(alpha.at<float>(y, x));
      auto& pixel = rgb.at<cv::Vec3b>(place.y + y, place.x + x);
      pixel = cv::Vec3b(a * cv::Vec3d(piece.at<cv::Vec3b>(y, x)) + (1 - a) * cv::Vec3d(pixel));
    }
  }
}

}  // namespace

Result<ForgedPicture> forge_picture(const media::Plane& plane, std::string_view method, const Donor* donor,
                                    std::uint64_t seed) {
  cv::Mat rgb = matrix_of(plane);
  if (rgb.channels() != 3) return make_error(Code::unsupported, "the picture has no colours");
  if (std::min(rgb.cols, rgb.rows) < kSmallest) return make_error(Code::unsupported, "the picture is too small");
  Dice dice(seed);
  const cv::Rect place = somewhere(dice, rgb.size());
  const cv::Mat shape = shape_in(dice, place.size());
  cv::Mat mask(rgb.size(), CV_8UC1, cv::Scalar(0));
  shape.copyTo(mask(place));
  if (method == "splice") {
    if (donor == nullptr) return make_error(Code::unsupported, "a splice needs a second picture");
    paste(rgb, place, TRY(piece_from(dice, *donor, place.size())), shape, 1.0);
  } else if (method == "copy-move") {
    cv::Rect from = place;
    for (int i = 0; i < 50 && (from & place).area() > 0; ++i) {
      from.x = between(dice, 0, rgb.cols - place.width);
      from.y = between(dice, 0, rgb.rows - place.height);
    }
    if ((from & place).area() > 0) return make_error(Code::unsupported, "no room for a copy");
    paste(rgb, place, rgb(from).clone(), shape, 0.7);
  } else if (method == "inpaint") {
    fill_in(rgb, mask);
  } else if (method == "blur") {
    cv::Mat soft;
    cv::GaussianBlur(rgb(place), soft, {0, 0}, 1.5 + 2 * dice.unit());
    paste(rgb, place, soft, shape, 1.0);
  } else if (method == "resample") {
    paste(rgb, place, resampled(dice, rgb(place)), shape, 0.7);
  } else if (method == "self-blend") {
    paste(rgb, place, jittered(dice, rgb(place)), shape, 2.0);
  } else {
    return make_error(Code::invalid_argument, "no such method for pictures");
  }
  return ForgedPicture{plane_of(rgb), plane_of(mask)};
}

}  // namespace bonafide::lab
