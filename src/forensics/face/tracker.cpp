// From a detector that sees faces now and then and a landmark model that needs a box, tracks without jumps: every
// frame's crop is laid out from the landmarks before it, so the detector's box is used once, when a track begins.
#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "forensics/face/finder.h"
#include "forensics/face/geometry.h"
#include "forensics/face/scene_cut.h"

namespace bonafide::forensics::face {
namespace {

constexpr int kCropSide = 384;  ///< pixels of the turned and scaled picture the landmarks are fitted in
constexpr int kCropBox = 256;   ///< of which the face's box takes the middle
constexpr int kSharpSide = 128;
constexpr int kMostMissed = 3;  ///< detections in a row that did not confirm a track

struct Track {
  int id = 0;
  Landmarks points{};
  Alignment alignment;
  float confidence = 0;
  float sharpness = 0;
  bool detected = false;
  int missed = 0;
};

cv::Mat as_mat(const media::Plane& plane) {
  // OpenCV takes no const data; every use below only reads.
  return {plane.height(), plane.width(), CV_8UC1, const_cast<std::uint8_t*>(plane.data())};
}

class Tracker : public FaceTracker {
 public:
  Tracker(const TrackerSettings& settings, std::unique_ptr<LandmarkProvider> provider,
          std::unique_ptr<FaceFinder> finder)
      : settings_(settings), provider_(std::move(provider)), finder_(std::move(finder)) {}

  FrameFaces next(const media::Frame& frame) override;

  void reset() override {
    tracks_.clear();
    cuts_.reset();
    until_detection_ = 0;
    until_search_ = 0;
  }

 private:
  bool follow(Track& track, const media::Plane& luma);
  void fit(Track& track, const media::Plane& luma);
  void detect(const media::Frame& frame);
  void confirm(const std::vector<Detection>& found, const media::Plane& luma);
  void drop_doubles();

  TrackerSettings settings_;
  std::unique_ptr<LandmarkProvider> provider_;
  std::unique_ptr<FaceFinder> finder_;
  CutFinder cuts_;
  std::vector<Track> tracks_;
  int last_id_ = 0;
  int until_detection_ = 0;  ///< frames
  int until_search_ = 0;     ///< detections until small faces are looked for
};

// Lays the crop out from track.alignment, fits, and leaves the points of the full picture and their own alignment.
void Tracker::fit(Track& track, const media::Plane& luma) {
  const CropMap map(track.alignment, kCropSide, kCropBox);
  const float a = map.scale * map.cosine, b = map.scale * map.sine;
  const cv::Matx23f to_picture(a, -b, map.x, b, a, map.y);
  std::vector<std::uint8_t> samples(static_cast<std::size_t>(kCropSide) * kCropSide);
  cv::Mat crop(kCropSide, kCropSide, CV_8UC1, samples.data());
  cv::warpAffine(as_mat(luma), crop, to_picture, crop.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_CONSTANT, 0);
  constexpr int kMargin = (kCropSide - kCropBox) / 2;
  cv::Mat small, laplacian;
  cv::resize(crop(cv::Rect(kMargin, kMargin, kCropBox, kCropBox)), small, cv::Size(kSharpSide, kSharpSide), 0, 0,
             cv::INTER_AREA);
  cv::Laplacian(small, laplacian, CV_16S, 1);
  cv::Scalar mean, deviation;
  cv::meanStdDev(laplacian, mean, deviation);
  track.sharpness = static_cast<float>(deviation[0] * deviation[0]);
  const media::Plane plane(kCropSide, kCropSide, 1, std::move(samples));
  track.points = provider_->fit(plane, {kMargin, kMargin, kCropBox, kCropBox});
  for (Point& p : track.points) p = map.to_picture(p);
  track.alignment = align(track.points);
}

// A face does not jump, swell or spin between two frames; when the points say so they have come off it.
bool Tracker::follow(Track& track, const media::Plane& luma) {
  const Alignment before = track.alignment;
  fit(track, luma);
  const Alignment& now = track.alignment;
  if (!(now.side >= 16) || !std::isfinite(now.side)) return false;
  const float ratio = now.side / before.side;
  const float moved = std::hypot(now.x - before.x, now.y - before.y) / before.side;
  const float turned = std::abs(std::remainder(now.angle - before.angle, 6.2831853F));
  if (ratio < 0.75F || ratio > 1.33F || moved > 0.35F || turned > 0.5F) return false;
  if (now.x < 0 || now.y < 0 || now.x >= static_cast<float>(luma.width()) || now.y >= static_cast<float>(luma.height()))
    return false;
  return misfit(track.points, now) < 0.12F;
}

FrameFaces Tracker::next(const media::Frame& frame) {
  const media::Plane& luma = frame.luma();
  FrameFaces out;
  out.time_s = frame.time_s();
  out.index = frame.info().index;
  out.width = luma.width();
  out.height = luma.height();
  if (luma.empty()) return out;
  if (cuts_.next(luma)) {
    out.scene_cut = true;
    tracks_.clear();
    until_detection_ = 0;
    until_search_ = 0;
  }
  std::erase_if(tracks_, [&](Track& track) {
    track.detected = false;
    return !follow(track, luma);
  });
  if (until_detection_-- <= 0) {
    until_detection_ = settings_.detect_every - 1;
    detect(frame);
  }
  drop_doubles();
  for (const Track& track : tracks_) {
    FaceObservation one;
    one.track = track.id;
    one.box = upright_box(track.alignment);
    one.landmarks = track.points;
    one.pose = head_pose(track.points);
    one.size = eye_distance(track.points);
    one.sharpness = track.sharpness;
    one.confidence = track.confidence;
    one.detected = track.detected;
    out.faces.push_back(one);
  }
  return out;
}

void Tracker::detect(const media::Frame& frame) {
  const media::Plane& luma = frame.luma();
  auto search = [&](const media::Plane& plane) {
    // A track that lives needs less to be confirmed than a new one needs to begin.
    std::vector<Detection> found = finder_->find(plane, tracks_.empty() ? 0.0 : -0.5);
    const float scale = static_cast<float>(luma.width()) / static_cast<float>(plane.width());
    for (Detection& one : found)
      one.box = {one.box.x * scale, one.box.y * scale, one.box.width * scale, one.box.height * scale};
    return found;
  };
  std::vector<Detection> found = search(frame.scaled(settings_.detect_width));
  if (found.empty() && tracks_.empty() && luma.width() > settings_.detect_width) {
    // Nobody in sight: now and then look twice as closely, which costs four times as much.
    if (until_search_-- <= 0) {
      until_search_ = 3;
      found = search(frame.scaled(2 * settings_.detect_width));
    }
  }
  confirm(found, luma);
}

void Tracker::confirm(const std::vector<Detection>& found, const media::Plane& luma) {
  std::vector<bool> used(found.size(), false);
  for (Track& track : tracks_) {
    const Box box = upright_box(track.alignment);
    float best = 0.3F;
    std::size_t which = found.size();
    for (std::size_t i = 0; i < found.size(); ++i) {
      const float shared = overlap(box, found[i].box);
      if (shared > best) best = shared, which = i;
    }
    if (which == found.size()) {
      ++track.missed;
      continue;
    }
    for (std::size_t i = 0; i < found.size(); ++i)
      if (overlap(box, found[i].box) > 0.3F) used[i] = true;
    track.detected = true;
    track.missed = 0;
    track.confidence = found[which].confidence;
  }
  std::erase_if(tracks_, [](const Track& track) { return track.missed >= kMostMissed; });
  std::vector<std::size_t> fresh;
  for (std::size_t i = 0; i < found.size(); ++i)
    if (!used[i] && found[i].confidence >= 0) fresh.push_back(i);
  std::stable_sort(fresh.begin(), fresh.end(),
                   [&](std::size_t a, std::size_t b) { return found[a].box.width > found[b].box.width; });
  for (const std::size_t i : fresh) {
    if (static_cast<int>(tracks_.size()) >= settings_.most_faces) break;
    const Box& box = found[i].box;
    Track track;
    track.alignment = {box.x + box.width / 2, box.y + box.height / 2, box.width, 0};
    fit(track, luma);                                            // in the detector's box,
    if (!follow(track, luma) || !follow(track, luma)) continue;  // then in its own, until it stays put
    track.id = ++last_id_;
    track.confidence = found[i].confidence;
    track.detected = true;
    tracks_.push_back(track);
  }
}

// Two tracks on one face: the older one stays.
void Tracker::drop_doubles() {
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const Box box = upright_box(tracks_[i].alignment);
    for (std::size_t j = tracks_.size(); j-- > i + 1;)
      if (overlap(box, upright_box(tracks_[j].alignment)) > 0.5F)
        tracks_.erase(tracks_.begin() + static_cast<std::ptrdiff_t>(j));
  }
}

}  // namespace

std::unique_ptr<FaceTracker> make_tracker(const TrackerSettings& settings, std::unique_ptr<LandmarkProvider> provider,
                                          std::unique_ptr<FaceFinder> finder) {
  return std::make_unique<Tracker>(settings, std::move(provider), std::move(finder));
}

Result<std::unique_ptr<FaceTracker>> FaceTracker::create(const TrackerSettings& settings,
                                                         std::unique_ptr<LandmarkProvider> provider) {
  if (settings.detect_width < 80 || settings.detect_every < 1 || settings.most_faces < 1)
    return make_error(Code::invalid_argument, "face tracker: width from 80, every and faces from 1");
  if (!provider) return make_error(Code::invalid_argument, "face tracker: no landmark provider");
  return make_tracker(settings, std::move(provider), dlib_finder());
}

}  // namespace bonafide::forensics::face
