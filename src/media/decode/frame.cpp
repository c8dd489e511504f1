#include "media/decode/frame.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <mutex>

#include "media/decode/planes.h"
#include "media/dsp/resize.h"

namespace bonafide::media {

namespace {

/// The samples are there already.
class PlaneSource : public Frame::Source {
 public:
  explicit PlaneSource(Plane plane) : plane_(std::move(plane)) {}
  Plane luma() override { return plane_.channels() == 1 ? plane_ : luma_of(plane_); }
  Plane rgb() override { return plane_.channels() == 1 ? rgb_of(plane_) : plane_; }

 private:
  Plane plane_;
};

}  // namespace

struct Frame::State {
  FrameInfo info;
  std::unique_ptr<Source> source;
  std::mutex source_mutex;
  std::once_flag luma_made, rgb_made;
  int views_made = 0;  ///< guarded by source_mutex: after the second the source is not needed any more
  Plane luma, rgb;

  std::mutex scaled_mutex;
  std::list<Plane> scaled;  ///< a list: references to planes stay good

  void make(std::once_flag& flag, Plane& view, Plane (Source::*maker)()) {
    std::call_once(flag, [&] {
      const std::lock_guard lock(source_mutex);
      if (source) view = (source.get()->*maker)();
      if (++views_made == 2) source.reset();
    });
  }
};

Frame::Frame(FrameInfo info, std::unique_ptr<Source> source) : state_(std::make_shared<State>()) {
  state_->info = std::move(info);
  state_->source = std::move(source);
}

Frame Frame::from_plane(Plane plane, FrameInfo info) {
  info.width = plane.width();
  info.height = plane.height();
  return {std::move(info), std::make_unique<PlaneSource>(std::move(plane))};
}

const FrameInfo& Frame::info() const {
  static const FrameInfo nothing;
  return state_ ? state_->info : nothing;
}

namespace {
const Plane& no_plane() {
  static const Plane nothing;
  return nothing;
}
}  // namespace

const Plane& Frame::luma() const {
  if (!state_) return no_plane();
  state_->make(state_->luma_made, state_->luma, &Source::luma);
  return state_->luma;
}

const Plane& Frame::rgb() const {
  if (!state_) return no_plane();
  state_->make(state_->rgb_made, state_->rgb, &Source::rgb);
  return state_->rgb;
}

const Plane& Frame::scaled(int width) const {
  const Plane& full = luma();
  if (full.empty() || width < 1 || width >= full.width()) return full;
  const std::lock_guard lock(state_->scaled_mutex);
  for (const Plane& plane : state_->scaled)
    if (plane.width() == width) return plane;
  const double ratio = static_cast<double>(width) / full.width();
  const int height = std::max(1, static_cast<int>(std::lround(full.height() * ratio)));
  const std::size_t count = full.stride() * static_cast<std::size_t>(full.height());
  std::vector<std::uint8_t> samples = reduce_area({full.data(), count}, full.width(), full.height(), 1, width, height);
  return state_->scaled.emplace_back(width, height, 1, std::move(samples));
}

}  // namespace bonafide::media
