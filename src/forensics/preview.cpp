#include "forensics/preview.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

#include "forensics/orient.h"
#include "media/decode/jpeg_encode.h"

namespace bonafide::forensics {

std::optional<Preview> make_preview(const media::Frame& frame, int longest) {
  constexpr int kQuality = 82;
  try {
    const media::Plane& rgb = frame.rgb();
    if (rgb.empty()) return std::nullopt;
    // OpenCV takes no const data; nothing below writes to it.
    const cv::Mat whole(rgb.height(), rgb.width(), CV_8UC3, const_cast<std::uint8_t*>(rgb.data()));
    const double scale = std::min(1.0, static_cast<double>(longest) / std::max(rgb.width(), rgb.height()));
    cv::Mat small;
    cv::resize(whole, small, {}, scale, scale, cv::INTER_AREA);
    const media::Plane stored(small.cols, small.rows, 3,
                              std::vector<std::uint8_t>(small.data, small.data + small.total() * 3));
    const media::Plane shown = to_shown(stored, frame.info().orientation);
    auto jpeg = media::encode_jpeg(shown, kQuality);
    if (!jpeg) return std::nullopt;
    return Preview{frame.time_s(), shown.width(), shown.height(), std::move(*jpeg)};
  } catch (const cv::Exception&) {
    return std::nullopt;  // a report without its picture is still a report
  }
}

}  // namespace bonafide::forensics
