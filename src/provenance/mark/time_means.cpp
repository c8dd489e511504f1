#include "provenance/mark/time_means.h"

#include <algorithm>

namespace bonafide::provenance::mark {

void TimeMeans::add(MapCells cells, std::int64_t time_us) {
  if (last_ && (time_us <= last_time_ || cells.size() != last_->size())) return;
  if (last_) {
    show_until(time_us);
    shown_us_ = std::min<std::int64_t>(time_us - last_time_, 1'000'000);
  }
  last_ = std::move(cells);
  last_time_ = time_us;
}

void TimeMeans::finish() {
  if (!last_) return;
  show_until(last_time_ + shown_us_);
  if (weight_ > 0) close();
}

void TimeMeans::show_until(std::int64_t time_us) {
  for (auto window = windows_(number_); window && window->begin_us < time_us; window = windows_(number_)) {
    const std::int64_t from = std::max(last_time_, window->begin_us), to = std::min(time_us, window->end_us);
    if (to > from) weigh(to - from);
    if (window->end_us > time_us) return;
    close();
  }
}

void TimeMeans::weigh(std::int64_t for_us) {
  const std::size_t count = last_->size();
  sums_.resize(3 * count);
  const std::array<const std::vector<std::int16_t>*, 3> planes{&last_->y, &last_->cb, &last_->cr};
  for (std::size_t p = 0; p < planes.size(); ++p) {
    std::int64_t* const sums = &sums_[p * count];
    const std::int16_t* const values = planes[p]->data();
    for (std::size_t i = 0; i < count; ++i) sums[i] += for_us * values[i];
  }
  weight_ += for_us;
}

void TimeMeans::close() {
  const auto window = windows_(number_);
  if (window && 2 * weight_ >= window->end_us - window->begin_us) {
    const std::size_t count = last_->size();
    MapCells mean{last_->columns, last_->rows, {}, {}, {}};
    const std::array<std::vector<std::int16_t>*, 3> planes{&mean.y, &mean.cb, &mean.cr};
    for (std::size_t p = 0; p < planes.size(); ++p) {
      planes[p]->reserve(count);
      for (std::size_t i = 0; i < count; ++i)
        planes[p]->push_back(static_cast<std::int16_t>((sums_[p * count + i] + weight_ / 2) / weight_));
    }
    done_(number_, mean);
  }
  std::ranges::fill(sums_, 0);
  weight_ = 0;
  ++number_;
}

}  // namespace bonafide::provenance::mark
