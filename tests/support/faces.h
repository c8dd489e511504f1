// Faces made of 68 points, for tests of everything that feeds on face tracks.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>

#include "forensics/face/face.h"

namespace bonafide::testing {

/// The mean face of dlib's model in a box of `side` pixels around (x, y), leaning `roll` radians clockwise, with the
/// given eye aspect ratios (right, left) and inner-lip gap in units of the outer eye distance.
inline forensics::face::Landmarks made_face(float x, float y, float side, float right_eye, float left_eye,
                                            float mouth = 0.03F, float roll = 0) {
  using forensics::face::Point;
  forensics::face::Landmarks points{
      {{.0294F, .3219F}, {.0326F, .4464F},  {.0459F, .5704F}, {.0718F, .6920F},  {.1203F, .8050F}, {.1947F, .9029F},
       {.2858F, .9846F}, {.3863F, 1.0502F}, {.5F, 1.0697F},   {.6137F, 1.0502F}, {.7142F, .9846F}, {.8053F, .9029F},
       {.8797F, .8050F}, {.9282F, .6920F},  {.9541F, .5704F}, {.9674F, .4464F},  {.9706F, .3219F}, {.1192F, .2309F},
       {.1775F, .1784F}, {.2598F, .1627F},  {.3451F, .1749F}, {.4249F, .2081F},  {.5751F, .2081F}, {.6550F, .1749F},
       {.7402F, .1627F}, {.8225F, .1784F},  {.8809F, .2309F}, {.5F, .3055F},     {.5F, .3857F},    {.5F, .4652F},
       {.5F, .5470F},    {.4045F, .6023F},  {.4504F, .6192F}, {.5F, .6337F},     {.5497F, .6192F}, {.5955F, .6023F},
       {.2139F, .3156F}, {.2647F, .2863F},  {.3259F, .2872F}, {.3794F, .3276F},  {.3221F, .3378F}, {.2612F, .3370F},
       {.6207F, .3276F}, {.6742F, .2872F},  {.7353F, .2863F}, {.7862F, .3156F},  {.7388F, .3370F}, {.6780F, .3378F},
       {.3171F, .7511F}, {.3844F, .7242F},  {.4525F, .7103F}, {.5F, .7220F},     {.5475F, .7103F}, {.6156F, .7242F},
       {.6829F, .7511F}, {.6178F, .8169F},  {.5516F, .8460F}, {.5F, .8515F},     {.4484F, .8460F}, {.3823F, .8169F},
       {.3452F, .7547F}, {.4519F, .7499F},  {.5F, .7550F},    {.5481F, .7499F},  {.6548F, .7547F}, {.5490F, .7857F},
       {.5F, .7916F},    {.4510F, .7857F}}};
  auto open_eye = [&](std::size_t o, float ratio) {
    const Point a = points[o], b = points[o + 3];
    const float width = std::hypot(b.x - a.x, b.y - a.y), nx = -(b.y - a.y) / width, ny = (b.x - a.x) / width;
    for (const std::size_t upper : {o + 1, o + 2}) {
      const float t = upper == o + 1 ? 0.33F : 0.67F, half = ratio * width / 2;
      const Point middle{a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
      points[upper] = {middle.x - nx * half, middle.y - ny * half};
      points[upper == o + 1 ? o + 5 : o + 4] = {middle.x + nx * half, middle.y + ny * half};
    }
  };
  open_eye(36, right_eye);
  open_eye(42, left_eye);
  const float gap = mouth * 0.5723F;  // the outer eye distance of the mean face
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    points[61 + i].y = 0.755F - gap / 2;
    points[67 - i] = {points[61 + i].x, 0.755F + gap / 2};
  }
  const float c = std::cos(roll) * side, s = std::sin(roll) * side;
  for (Point& p : points) p = {x + c * (p.x - 0.5F) - s * (p.y - 0.5F), y + s * (p.x - 0.5F) + c * (p.y - 0.5F)};
  return points;
}

}  // namespace bonafide::testing
