#include "forensics/face/shape_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "support/support.h"

namespace bonafide::forensics::face {
namespace {

TEST(ShapeModel, AMissingFileNamesThePackage) {
  const auto provider = landmarks_from("/nowhere/landmarks.dat");
  ASSERT_FALSE(provider);
  EXPECT_EQ(provider.error().code, Code::unavailable);
  EXPECT_NE(provider.error().message.find("libdlib-data"), std::string::npos);
}

TEST(ShapeModel, DamageIsAnErrorNotACrash) {
  for (const std::string& bytes : {std::string(), std::string("\x01\x01"), std::string(4096, '\xff'),
                                   std::string(4096, '\0'), std::string("\x01\x01\x01\x02\x01\x02", 6)}) {
    std::istringstream in(bytes);
    const auto model = ShapeModel::read(in);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, Code::corrupt);
  }
}

TEST(ShapeModel, FitsTheSamePointsEveryTimeAndStaysFinite) {
  auto provider = dlib_landmarks();
  if (!provider) GTEST_SKIP() << provider.error().to_string();
  std::vector<std::uint8_t> samples(200 * 200);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::uint8_t>(i * 37 % 251);
  const media::Plane noise(200, 200, 1, std::move(samples));
  for (const Box& box : {Box{50, 50, 100, 100}, Box{-500, -500, 100, 100}, Box{0, 0, 1e9F, 1e9F}}) {
    const Landmarks first = (*provider)->fit(noise, box), second = (*provider)->fit(noise, box);
    for (std::size_t i = 0; i < first.size(); ++i) {
      EXPECT_EQ(first[i].x, second[i].x);
      EXPECT_TRUE(std::isfinite(first[i].x) && std::isfinite(first[i].y));
    }
  }
  EXPECT_NO_FATAL_FAILURE((*provider)->fit({}, {0, 0, 10, 10}));
}

}  // namespace
}  // namespace bonafide::forensics::face
