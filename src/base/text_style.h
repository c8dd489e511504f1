// How text for people is laid out: what every renderer of text is given.
#pragma once

namespace bonafide {

struct TextStyle {
  bool colour = false;
  int width = 80;  ///< columns
};

}  // namespace bonafide
