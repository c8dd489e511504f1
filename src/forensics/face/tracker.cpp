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

constexpr int kCropSide = 384;   ///< pixels of the turned and scaled picture the landmarks are fitted in
constexpr int kCropBox = 256;    ///< of which the face's box takes the middle
constexpr int kSharpSide = 128;  ///< the face, for its sharpness
constexpr int kSmallSide = 168;  ///< the same crop as the detector sees it to confirm a track: 3 ms instead of 25
// The detector's own scale. On 67 genuine clips of the dev set tracks began at 0.85 and more and were confirmed at 0.58
// and more; the one false face among them began at 0.00 and was confirmed below 0.
constexpr double kBegin = 0.2, kConfirm = -0.2;
constexpr int kMostMissed = 3;  ///< looks in a row that did not confirm a track
constexpr int kWholeEvery = 4;  ///< looks at the tracks alone for one at the whole frame

struct Track {
  int id = 0;
  Landmarks points{};
  Alignment alignment;
  float confidence = 0;
  float sharpness = 0;
  bool detected = false;
  int missed = 0;
  media::Plane crop;  ///< upright, what the landmarks were fitted in
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
    until_look_ = until_whole_ = until_search_ = 0;
  }

 private:
  bool follow(Track& track, const media::Plane& luma);
  void fit(Track& track, const media::Plane& luma);
  void look(const media::Frame& frame);
  std::vector<Detection> search(const media::Frame& frame, int width);
  void confirm(Track& track);
  void begin(std::vector<Detection> found, const media::Plane& luma);
  void drop_doubles();

  TrackerSettings settings_;
  std::unique_ptr<LandmarkProvider> provider_;
  std::unique_ptr<FaceFinder> finder_;
  CutFinder cuts_;
  std::vector<Track> tracks_;
  int last_id_ = 0;
  int until_look_ = 0;    ///< frames
  int until_whole_ = 0;   ///< looks until the whole frame is searched again
  int until_search_ = 0;  ///< whole frames until small faces are searched for
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
  track.crop = media::Plane(kCropSide, kCropSide, 1, std::move(samples));
  track.points = provider_->fit(track.crop, {kMargin, kMargin, kCropBox, kCropBox});
  for (Point& p : track.points) p = map.to_picture(p);
  track.alignment = align(track.points);
}

// A face does not jump, swell or spin between two frames; when the points say so they have come off it.
bool Tracker::follow(Track& track, const media::Plane& luma) {
  constexpr float kLeastSide = 16;  // pixels; nothing can be measured on less
  const auto sound = [](const Alignment& a) {
    return a.side >= kLeastSide && std::isfinite(a.side + a.x + a.y + a.angle);
  };
  const Alignment before = track.alignment;
  if (!sound(before)) return false;
  fit(track, luma);
  const Alignment& now = track.alignment;
  if (!sound(now)) return false;
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
    until_look_ = until_whole_ = until_search_ = 0;
  }
  std::erase_if(tracks_, [&](Track& track) {
    track.detected = false;
    return !follow(track, luma);
  });
  if (until_look_-- <= 0) {
    until_look_ = settings_.detect_every - 1;
    look(frame);
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

void Tracker::look(const media::Frame& frame) {
  for (Track& track : tracks_) confirm(track);
  std::erase_if(tracks_, [](const Track& track) { return track.missed >= kMostMissed; });
  if (!tracks_.empty() && until_whole_-- > 0) return;
  until_whole_ = kWholeEvery - 1;
  std::vector<Detection> found = search(frame, settings_.detect_width);
  if (found.empty() && tracks_.empty() && frame.luma().width() > settings_.detect_width && until_search_-- <= 0) {
    // Nobody in sight: now and then look twice as closely, which costs four times as much.
    until_search_ = kWholeEvery - 1;
    found = search(frame, 2 * settings_.detect_width);
  }
  begin(std::move(found), frame.luma());
}

std::vector<Detection> Tracker::search(const media::Frame& frame, int width) {
  const media::Plane& plane = frame.scaled(width);
  std::vector<Detection> found = finder_->find(plane, kBegin);
  const float scale = static_cast<float>(frame.luma().width()) / static_cast<float>(plane.width());
  for (Detection& one : found)
    one.box = {one.box.x * scale, one.box.y * scale, one.box.width * scale, one.box.height * scale};
  return found;
}

// Is there a face where the track says, in the upright crop? A track that lives needs less than one that begins.
void Tracker::confirm(Track& track) {
  std::vector<std::uint8_t> samples(static_cast<std::size_t>(kSmallSide) * kSmallSide);
  cv::Mat small(kSmallSide, kSmallSide, CV_8UC1, samples.data());
  cv::resize(as_mat(track.crop), small, small.size(), 0, 0, cv::INTER_AREA);
  constexpr float kBox = static_cast<float>(kCropBox) * kSmallSide / kCropSide, kAt = (kSmallSide - kBox) / 2;
  ++track.missed;
  for (const Detection& one : finder_->find({kSmallSide, kSmallSide, 1, std::move(samples)}, kConfirm)) {
    if (overlap(one.box, {kAt, kAt, kBox, kBox}) < 0.4F || (track.detected && one.confidence < track.confidence))
      continue;
    track.detected = true;
    track.missed = 0;
    track.confidence = one.confidence;
  }
}

void Tracker::begin(std::vector<Detection> found, const media::Plane& luma) {
  std::stable_sort(found.begin(), found.end(),
                   [](const Detection& a, const Detection& b) { return a.box.width > b.box.width; });
  for (const Detection& one : found) {
    if (static_cast<int>(tracks_.size()) >= settings_.most_faces) break;
    const bool known = std::any_of(tracks_.begin(), tracks_.end(), [&](const Track& track) {
      return overlap(upright_box(track.alignment), one.box) > 0.3F;
    });
    if (known) continue;
    Track track;
    track.alignment = {one.box.x + one.box.width / 2, one.box.y + one.box.height / 2, one.box.width, 0};
    fit(track, luma);                                            // in the detector's box,
    if (!follow(track, luma) || !follow(track, luma)) continue;  // then in its own, until it stays put
    track.id = ++last_id_;
    track.confidence = one.confidence;
    track.detected = true;
    tracks_.push_back(std::move(track));
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
