// Geometry of one face: the upright square it fills, how the head is turned, how far eyes and mouth are open.
#pragma once
#include "forensics/face/face.h"

namespace bonafide::forensics::face {

/// The square a face fills, turned with the head: the box dlib's detector would draw around an upright face.
struct Alignment {
  float x = 0, y = 0;  ///< centre, pixels
  float side = 0;      ///< pixels; 0 when the points are degenerate
  float angle = 0;     ///< radians, clockwise as seen (y points down)
};

/// Least-squares similarity from the mean face to the points that speech and blinking move least (eye corners, bridge
/// and wings of the nose). Closed form (Umeyama 1991, two dimensions).
Alignment align(const Landmarks& points);
/// Root mean square distance of those points from the mean face under that similarity, in units of `side`.
/// About 0.01 to 0.04 on real faces, more when turned.
float misfit(const Landmarks& points, const Alignment& alignment);

/// Maps between the full picture and a square crop of `crop` pixels in which the aligned box takes `box` pixels in
/// the middle.
struct CropMap {
  float cosine = 1, sine = 0, scale = 1;  ///< picture pixels per crop pixel
  float x = 0, y = 0;                     ///< picture position of crop pixel (0, 0)
  CropMap(const Alignment& alignment, int crop, int box);
  Point to_picture(Point p) const {
    return {x + scale * (cosine * p.x - sine * p.y), y + scale * (sine * p.x + cosine * p.y)};
  }
};

Box upright_box(const Alignment& alignment);
float overlap(const Box& a, const Box& b);  ///< intersection over union, 0…1

/// Head pose from 12 points under scaled orthography (DeMenthon and Davis 1995, POS), against the anthropometric head
/// of Martins and Batista (2008). Angles are against the line of sight to the face, so no focal length is needed. pitch
/// > 0 looks up, roll > 0 leans clockwise as seen.
Pose head_pose(const Landmarks& points);

/// Distance between the outer eye corners, pixels.
float eye_distance(const Landmarks& points);

}  // namespace bonafide::forensics::face
