// Curves as SVG: pure functions from numbers to markup. The drawing is stretched to its box by the page, so it holds
// no text; labels are the page's.
#pragma once
#include <string>
#include <vector>

#include "forensics/finding.h"

namespace bonafide::report {

/// The range of values a chart of this curve shows: all finite values and the normal range, with a little air.
struct ValueRange {
  double low = 0, high = 1;
};
ValueRange value_range(const forensics::Curve& curve);

/// At most about 2 * `most` points with the same outline: the least and the greatest of each stretch are kept, gaps
/// (NaN) stay gaps. x must not fall.
forensics::Curve thinned(const forensics::Curve& curve, std::size_t most);

/// The curve, its normal range and its ticks over x from `begin` to `end`; nothing visible when there is no value.
/// No text, no reference to anything outside itself.
std::string curve_svg(const forensics::Curve& curve, double begin, double end);

/// Round places for axis marks within [0, length], about `wanted` of them, the first 0: steps of 1, 2, 5, 10, 15, 30
/// seconds, minutes or hours, or the same in decimals below a second.
std::vector<double> clock_marks(double length, int wanted);

}  // namespace bonafide::report
