#include "media/decode/frame.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "media/decode/planes.h"

namespace bonafide::media {

namespace {

struct Counts {
  std::atomic<int> luma = 0, rgb = 0, gone = 0;
};

class CountingSource : public Frame::Source {
 public:
  explicit CountingSource(Counts& counts) : counts_(counts) {}
  ~CountingSource() override { ++counts_.gone; }
  Plane luma() override {
    ++counts_.luma;
    return {4, 2, 1, std::vector<std::uint8_t>(8, 7)};
  }
  Plane rgb() override {
    ++counts_.rgb;
    return {4, 2, 3, std::vector<std::uint8_t>(24, 9)};
  }

 private:
  Counts& counts_;
};

Plane numbered(int width, int height) {
  std::vector<std::uint8_t> samples;
  for (int i = 0; i < width * height; ++i) samples.push_back(static_cast<std::uint8_t>(i));
  return {width, height, 1, std::move(samples)};
}

std::vector<int> values(const Plane& plane) {
  return {plane.data(), plane.data() + plane.stride() * static_cast<std::size_t>(plane.height())};
}

}  // namespace

TEST(Frame, MakesEachViewOnceHoweverManyAsk) {
  Counts counts;
  {
    FrameInfo info;
    info.width = 4;
    info.height = 2;
    const Frame frame(info, std::make_unique<CountingSource>(counts));
    EXPECT_EQ(counts.luma, 0);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([copy = frame] {
        EXPECT_EQ(copy.luma().at(3, 1), 7);
        EXPECT_EQ(copy.rgb().at(3, 1, 2), 9);
        EXPECT_EQ(copy.scaled(2).width(), 2);
        EXPECT_EQ(copy.scaled(2).data(), copy.scaled(2).data());
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(counts.luma, 1);
    EXPECT_EQ(counts.rgb, 1);
    EXPECT_EQ(counts.gone, 1) << "the decoder's picture is let go once both views are made";
  }
  EXPECT_EQ(counts.gone, 1);
}

TEST(Frame, FromGreyAndFromColour) {
  const Frame grey = Frame::from_plane(numbered(3, 2));
  EXPECT_EQ(grey.width(), 3);
  EXPECT_EQ(grey.luma().at(2, 1), 5);
  EXPECT_EQ(grey.rgb().at(2, 1, 1), 5);
  const Frame red = Frame::from_plane(Plane(1, 1, 3, {255, 0, 0}));
  EXPECT_EQ(red.luma().at(0, 0), 76);  // 0.299 × 255 = 76.245
  EXPECT_EQ(Frame::from_plane(Plane(1, 1, 3, {255, 255, 255})).luma().at(0, 0), 255);
}

TEST(Frame, ScalesByArea) {
  const Frame frame = Frame::from_plane(numbered(4, 2));
  EXPECT_EQ(values(frame.scaled(2)), (std::vector<int>{3, 5}));  // means of {0, 1, 4, 5} and {2, 3, 6, 7}: 2.5, 4.5
  EXPECT_EQ(frame.scaled(4).data(), frame.luma().data());
  EXPECT_EQ(frame.scaled(400).data(), frame.luma().data());
  for (int width = 1; width < 4; ++width) EXPECT_EQ(frame.scaled(width).width(), width);
}

TEST(Frame, AnEmptyFrameIsEmpty) {
  const Frame frame;
  EXPECT_EQ(frame.width(), 0);
  EXPECT_TRUE(frame.luma().empty());
  EXPECT_TRUE(frame.rgb().empty());
  EXPECT_TRUE(frame.scaled(10).empty());
}

TEST(Planes, UprightFollowsExif) {
  // 0 1 2 / 3 4 5, turned as EXIF 2.32 draws it for each value.
  const Plane plane = numbered(3, 2);
  EXPECT_EQ(upright(plane, 1).data(), plane.data());
  EXPECT_EQ(values(upright(plane, 2)), (std::vector<int>{2, 1, 0, 5, 4, 3}));
  EXPECT_EQ(values(upright(plane, 3)), (std::vector<int>{5, 4, 3, 2, 1, 0}));
  EXPECT_EQ(values(upright(plane, 4)), (std::vector<int>{3, 4, 5, 0, 1, 2}));
  EXPECT_EQ(values(upright(plane, 5)), (std::vector<int>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(values(upright(plane, 6)), (std::vector<int>{3, 0, 4, 1, 5, 2}));
  EXPECT_EQ(values(upright(plane, 7)), (std::vector<int>{5, 2, 4, 1, 3, 0}));
  EXPECT_EQ(values(upright(plane, 8)), (std::vector<int>{2, 5, 1, 4, 0, 3}));
  EXPECT_EQ(upright(plane, 6).width(), 2);
  EXPECT_EQ(values(upright(rgb_of(plane), 6)).at(0), 3);
}

}  // namespace bonafide::media
