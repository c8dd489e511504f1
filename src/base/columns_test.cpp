#include "base/columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bonafide {
namespace {

using ::testing::ElementsAre;

TEST(Columns, CountsCells) {
  EXPECT_EQ(columns(""), 0);
  EXPECT_EQ(columns("clip.mp4"), 8);
  EXPECT_EQ(columns("1920×1080 · –…"), 14);
  EXPECT_EQ(columns("日本語"), 6);
  EXPECT_EQ(columns("e\xcc\x81t\xc3\xa9"), 3) << "combining accent";
  EXPECT_EQ(columns("😀"), 2);
  EXPECT_EQ(columns("שלום"), 4);
  EXPECT_EQ(columns("\xff\xe2\x80"), 3) << "broken bytes count one each";
}

TEST(Columns, Wraps) {
  EXPECT_THAT(wrap("one two three", 8), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("  one   two ", 20), ElementsAre("one two"));
  EXPECT_THAT(wrap("", 10), ElementsAre(""));
  EXPECT_THAT(wrap("abcdefghij k", 4), ElementsAre("abcd", "efgh", "ij k"));
  EXPECT_THAT(wrap("日本語です", 4), ElementsAre("日本", "語で", "す"));
  EXPECT_THAT(wrap("日本", 1), ElementsAre("日", "本")) << "never stuck on a character that is too wide";
}

TEST(Columns, Shortens) {
  EXPECT_EQ(shorten("short", 10), "short");
  EXPECT_EQ(shorten("a-very-long-name.mp4", 11), "a-ver…e.mp4");
  EXPECT_EQ(shorten("日本語日本語日本語.png", 12), "日本語….png") << "a wide character is not cut in two";
}

TEST(Columns, Pads) {
  EXPECT_EQ(pad("é", 3), "é  ");
  EXPECT_EQ(pad("long", 2), "long");
}

}  // namespace
}  // namespace bonafide
