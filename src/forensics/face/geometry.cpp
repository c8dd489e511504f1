#include "forensics/face/geometry.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bonafide::forensics::face {
namespace {

struct Anchor {
  int index;
  float x, y;
};
// Mean face of dlib's 68-point model in units of its detector's box (read from the model file, 2026-11-23), kept to
// the points that stay put when people talk or blink.
constexpr std::array<Anchor, 13> kStable{{{36, 0.2139F, 0.3156F},
                                          {39, 0.3794F, 0.3276F},
                                          {42, 0.6207F, 0.3276F},
                                          {45, 0.7862F, 0.3156F},
                                          {27, 0.5000F, 0.3055F},
                                          {28, 0.5000F, 0.3857F},
                                          {29, 0.5000F, 0.4652F},
                                          {30, 0.5000F, 0.5470F},
                                          {31, 0.4045F, 0.6023F},
                                          {32, 0.4504F, 0.6192F},
                                          {33, 0.5000F, 0.6337F},
                                          {34, 0.5497F, 0.6192F},
                                          {35, 0.5955F, 0.6023F}}};

struct HeadPoint {
  int index;
  double x, y, z;
};
// Martins and Batista 2008, "Accurate single view model-based head pose estimation": the rigid part of their 3-D head
// in centimetres, here x to the picture's right, y down, z away from the camera.
constexpr std::array<HeadPoint, 12> kHead{{{17, -6.825897, -6.760612, -4.402142},
                                           {21, -1.330353, -7.122144, -6.903745},
                                           {22, 1.330353, -7.122144, -6.903745},
                                           {26, 6.825897, -6.760612, -4.402142},
                                           {36, -5.311432, -5.485328, -3.987654},
                                           {39, -1.789930, -5.393625, -4.413414},
                                           {42, 1.789930, -5.393625, -4.413414},
                                           {45, 5.311432, -5.485328, -3.987654},
                                           {31, -2.005628, -1.409845, -6.165652},
                                           {35, 2.005628, -1.409845, -6.165652},
                                           {48, -2.774015, 2.080775, -5.048531},
                                           {54, 2.774015, 2.080775, -5.048531}}};

using Vec3 = std::array<double, 3>;

double dot(const Vec3& a, const Vec3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Vec3 cross(const Vec3& a, const Vec3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

float distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

// Rows of the inverse of the (symmetric) second moment of the centred head, by cofactors.
std::array<Vec3, 3> inverse(const std::array<Vec3, 3>& m) {
  const Vec3 c0 = cross(m[1], m[2]), c1 = cross(m[2], m[0]), c2 = cross(m[0], m[1]);
  const double determinant = dot(m[0], c0);
  std::array<Vec3, 3> out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = {c0[i] / determinant, c1[i] / determinant, c2[i] / determinant};
  return out;
}

}  // namespace

Alignment align(const Landmarks& points) {
  double mx = 0, my = 0, px = 0, py = 0;
  for (const Anchor& anchor : kStable) {
    const Point p = points[static_cast<std::size_t>(anchor.index)];
    mx += anchor.x, my += anchor.y, px += p.x, py += p.y;
  }
  const double n = static_cast<double>(kStable.size());
  mx /= n, my /= n, px /= n, py /= n;
  double norm = 0, real = 0, imaginary = 0;
  for (const Anchor& anchor : kStable) {
    const Point p = points[static_cast<std::size_t>(anchor.index)];
    const double ax = anchor.x - mx, ay = anchor.y - my, bx = p.x - px, by = p.y - py;
    norm += ax * ax + ay * ay;
    real += ax * bx + ay * by;
    imaginary += ax * by - ay * bx;
  }
  real /= norm, imaginary /= norm;
  const double cx = 0.5 - mx, cy = 0.5 - my;
  Alignment out;
  out.x = static_cast<float>(px + real * cx - imaginary * cy);
  out.y = static_cast<float>(py + imaginary * cx + real * cy);
  out.side = static_cast<float>(std::hypot(real, imaginary));
  out.angle = static_cast<float>(std::atan2(imaginary, real));
  return out;
}

float misfit(const Landmarks& points, const Alignment& alignment) {
  if (!(alignment.side > 0)) return 1;
  const float c = std::cos(alignment.angle) * alignment.side, s = std::sin(alignment.angle) * alignment.side;
  float sum = 0;
  for (const Anchor& anchor : kStable) {
    const float ax = anchor.x - 0.5F, ay = anchor.y - 0.5F;
    const Point p = points[static_cast<std::size_t>(anchor.index)];
    const float dx = alignment.x + c * ax - s * ay - p.x, dy = alignment.y + s * ax + c * ay - p.y;
    sum += dx * dx + dy * dy;
  }
  return std::sqrt(sum / static_cast<float>(kStable.size())) / alignment.side;
}

CropMap::CropMap(const Alignment& alignment, int crop, int box)
    : cosine(std::cos(alignment.angle)),
      sine(std::sin(alignment.angle)),
      scale(alignment.side / static_cast<float>(box)) {
  const float half = static_cast<float>(crop - 1) / 2;
  x = alignment.x - scale * (cosine * half - sine * half);
  y = alignment.y - scale * (sine * half + cosine * half);
}

Box upright_box(const Alignment& alignment) {
  return {alignment.x - alignment.side / 2, alignment.y - alignment.side / 2, alignment.side, alignment.side};
}

float overlap(const Box& a, const Box& b) {
  const float width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const float height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const float both = width * height;
  return both / (a.width * a.height + b.width * b.height - both);
}

Pose head_pose(const Landmarks& points) {
  Vec3 mean{};
  double px = 0, py = 0;
  for (const HeadPoint& h : kHead) {
    mean[0] += h.x, mean[1] += h.y, mean[2] += h.z;
    px += points[static_cast<std::size_t>(h.index)].x, py += points[static_cast<std::size_t>(h.index)].y;
  }
  const double n = static_cast<double>(kHead.size());
  for (double& value : mean) value /= n;
  px /= n, py /= n;
  std::array<Vec3, 3> moment{};
  Vec3 bx{}, by{};
  for (const HeadPoint& h : kHead) {
    const Vec3 v{h.x - mean[0], h.y - mean[1], h.z - mean[2]};
    const Point p = points[static_cast<std::size_t>(h.index)];
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) moment[i][j] += v[i] * v[j];
      bx[i] += v[i] * (p.x - px);
      by[i] += v[i] * (p.y - py);
    }
  }
  const auto inverted = inverse(moment);
  Vec3 i{}, j{};  // the first two rows of scale × rotation
  for (std::size_t k = 0; k < 3; ++k) i[k] = dot(inverted[k], bx), j[k] = dot(inverted[k], by);
  const double li = std::sqrt(dot(i, i)), lj = std::sqrt(dot(j, j));
  if (!(li > 0) || !(lj > 0)) return {};
  for (std::size_t k = 0; k < 3; ++k) i[k] /= li, j[k] /= lj;
  // Share the error between the rows: the nearest pair at right angles lies on their sum and difference.
  Vec3 sum{}, difference{};
  for (std::size_t k = 0; k < 3; ++k) sum[k] = i[k] + j[k], difference[k] = i[k] - j[k];
  const double ls = std::sqrt(dot(sum, sum)), ld = std::sqrt(dot(difference, difference));
  if (!(ls > 0) || !(ld > 0)) return {};
  for (std::size_t k = 0; k < 3; ++k) {
    i[k] = (sum[k] / ls + difference[k] / ld) / std::numbers::sqrt2;
    j[k] = (sum[k] / ls - difference[k] / ld) / std::numbers::sqrt2;
  }
  const Vec3 k = cross(i, j);
  // Rotation = roll × yaw × pitch: a leaning head keeps its yaw and pitch.
  const double degrees = 180 / std::numbers::pi;
  Pose pose;
  pose.yaw = static_cast<float>(std::asin(std::clamp(k[0], -1.0, 1.0)) * degrees);
  pose.pitch = static_cast<float>(std::atan2(-k[1], k[2]) * degrees);
  pose.roll = static_cast<float>(std::atan2(j[0], i[0]) * degrees);
  return pose;
}

float eye_distance(const Landmarks& points) { return distance(points[36], points[45]); }

float eye_opening(const Landmarks& points, bool left) {
  const std::size_t o = left ? 42 : 36;
  const float width = distance(points[o], points[o + 3]);
  if (!(width > 0)) return 0;
  return (distance(points[o + 1], points[o + 5]) + distance(points[o + 2], points[o + 4])) / (2 * width);
}

float mouth_opening(const Landmarks& points) {
  const float width = eye_distance(points);
  if (!(width > 0)) return 0;
  return (distance(points[61], points[67]) + distance(points[62], points[66]) + distance(points[63], points[65])) /
         (3 * width);
}

}  // namespace bonafide::forensics::face
