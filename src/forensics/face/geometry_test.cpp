#include "forensics/face/geometry.h"

#include <gtest/gtest.h>

#include <numbers>

#include "support/faces.h"

namespace bonafide::forensics::face {
namespace {

using bonafide::testing::made_face;

struct HeadPoint {
  std::size_t index;
  double x, y, z;
};
// Martins and Batista 2008, x right, y down, z away.
constexpr HeadPoint kHead[] = {
    {17, -6.825897, -6.760612, -4.402142}, {21, -1.330353, -7.122144, -6.903745}, {22, 1.330353, -7.122144, -6.903745},
    {26, 6.825897, -6.760612, -4.402142},  {36, -5.311432, -5.485328, -3.987654}, {39, -1.789930, -5.393625, -4.413414},
    {42, 1.789930, -5.393625, -4.413414},  {45, 5.311432, -5.485328, -3.987654},  {31, -2.005628, -1.409845, -6.165652},
    {35, 2.005628, -1.409845, -6.165652},  {48, -2.774015, 2.080775, -5.048531},  {54, 2.774015, 2.080775, -5.048531}};

// A head 20 m away through a very long lens: yaw about the vertical, then pitch, then roll.
Landmarks turned_head(double yaw, double pitch, double roll) {
  const double d = std::numbers::pi / 180;
  const double cy = std::cos(yaw * d), sy = std::sin(yaw * d), cp = std::cos(pitch * d), sp = std::sin(pitch * d);
  const double cr = std::cos(roll * d), sr = std::sin(roll * d);
  Landmarks out{};
  for (const HeadPoint& h : kHead) {
    // Looking to the picture's right carries -z (the nose) towards +x; looking up carries it towards -y.
    const double x1 = h.x, y1 = cp * h.y + sp * h.z, z1 = -sp * h.y + cp * h.z;
    const double x2 = cy * x1 - sy * z1, z2 = sy * x1 + cy * z1;
    const double scale = 10 * 2000 / (2000 + z2);
    out[h.index] = {static_cast<float>(300 + scale * (cr * x2 - sr * y1)),
                    static_cast<float>(200 + scale * (sr * x2 + cr * y1))};
  }
  return out;
}

TEST(FaceGeometry, AlignFindsPlaceSizeAndLean) {
  const Alignment found = align(made_face(120, 80, 200, 0.3F, 0.3F, 0.1F, 0.4F));
  EXPECT_NEAR(found.x, 120, 0.05);
  EXPECT_NEAR(found.y, 80, 0.05);
  EXPECT_NEAR(found.side, 200, 0.1);
  EXPECT_NEAR(found.angle, 0.4, 0.001);
  EXPECT_LT(misfit(made_face(120, 80, 200, 0.3F, 0.3F), align(made_face(120, 80, 200, 0.3F, 0.3F))), 0.001F);
}

TEST(FaceGeometry, AlignIgnoresBlinkAndSpeech) {
  const Alignment open = align(made_face(50, 60, 100, 0.35F, 0.35F, 0.0F));
  const Alignment shut = align(made_face(50, 60, 100, 0.02F, 0.02F, 0.4F));
  EXPECT_NEAR(open.x, shut.x, 1e-4);
  EXPECT_NEAR(open.y, shut.y, 1e-4);
  EXPECT_NEAR(open.side, shut.side, 1e-4);
}

TEST(FaceGeometry, MisfitSeesPointsThatAreNoFace) {
  Landmarks points = made_face(50, 60, 100, 0.3F, 0.3F);
  for (std::size_t i = 27; i < 36; ++i) points[i].x += 60;
  EXPECT_GT(misfit(points, align(points)), 0.12F);
  EXPECT_EQ(misfit(Landmarks{}, align(Landmarks{})), 1);
}

TEST(FaceGeometry, OpeningsAreWhatWasDrawn) {
  const Landmarks points = made_face(50, 60, 100, 0.31F, 0.12F, 0.2F, -0.3F);
  EXPECT_NEAR(eye_opening(points, false), 0.31, 0.002);
  EXPECT_NEAR(eye_opening(points, true), 0.12, 0.002);
  EXPECT_NEAR(mouth_opening(points), 0.2, 0.002);
  EXPECT_EQ(eye_opening(Landmarks{}, true), 0);
  EXPECT_EQ(mouth_opening(Landmarks{}), 0);
}

TEST(FaceGeometry, PoseComesBack) {
  for (const double yaw : {-40.0, 0.0, 25.0})
    for (const double pitch : {-20.0, 0.0, 15.0})
      for (const double roll : {-30.0, 0.0, 10.0}) {
        const Pose pose = head_pose(turned_head(yaw, pitch, roll));
        EXPECT_NEAR(pose.yaw, yaw, 1.0) << yaw << ' ' << pitch << ' ' << roll;
        EXPECT_NEAR(pose.pitch, pitch, 1.0) << yaw << ' ' << pitch << ' ' << roll;
        EXPECT_NEAR(pose.roll, roll, 1.0) << yaw << ' ' << pitch << ' ' << roll;
      }
  const Pose none = head_pose(Landmarks{});
  EXPECT_EQ(none.yaw, 0);
}

TEST(FaceGeometry, CropMapTurnsTheFaceUpright) {
  const Landmarks points = made_face(120, 80, 100, 0.3F, 0.3F, 0, 0.5F);
  const Alignment alignment = align(points);
  const CropMap map(alignment, 384, 256);
  const Point middle = map.to_picture({191.5F, 191.5F});
  EXPECT_NEAR(middle.x, 120, 0.1);
  EXPECT_NEAR(middle.y, 80, 0.1);
  // Both outer eye corners lie on one row of the crop.
  const Point right = map.to_picture({64 - 0.5F + 256 * 0.2139F, 64 - 0.5F + 256 * 0.3156F});
  EXPECT_NEAR(right.x, points[36].x, 0.3);
  EXPECT_NEAR(right.y, points[36].y, 0.3);
}

TEST(FaceGeometry, Overlap) {
  EXPECT_NEAR(overlap({0, 0, 10, 10}, {5, 0, 10, 10}), 1.0 / 3, 1e-6);
  EXPECT_EQ(overlap({0, 0, 10, 10}, {10, 0, 10, 10}), 0);
}

}  // namespace
}  // namespace bonafide::forensics::face
