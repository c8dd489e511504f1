#include "forensics/run_still.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "forensics/preview.h"

namespace bonafide::forensics {

namespace {

constexpr unsigned kMostThreads = 4;  // each test may hold a few bytes a pixel
constexpr int kPreview_px = 1280;     // wide enough to point at a region, small enough to embed

Finding unreadable(const Error& error) {
  return not_applicable("the JPEG coefficients could not be read: " + error.message);
}

// Sessions know nothing of one another, so a few threads take them in turn; each answers as it would alone, and the
// answers are collected in the slots' order.
struct Still {
  const media::Frame& frame;
  const std::optional<Result<media::JpegCoefficients>>& coefficients;
  const Context& context;
  std::vector<SessionSlot>& slots;
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> late = false;
  std::mutex progress{};
  std::size_t done = 0;

  void run(unsigned threads) {
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back([this] { work(); });
    work();
  }

 private:
  void work() {
    for (std::size_t mine = next++; mine < slots.size() && !context.stopped(); mine = next++) {
      feed(slots[mine]);
      const std::lock_guard lock(progress);
      context.report("tests", ++done, slots.size());
    }
  }
  void feed(SessionSlot& slot) {
    const bool needs_pixels = slot.wants(kNeedsStill) || slot.wants(kNeedsCoefficients);
    if (needs_pixels && context.out_of_time()) {
      slot.settle(out_of_time());
      late = true;
    }
    if (slot.wants(kNeedsCoefficients)) {
      if (coefficients && *coefficients) {
        slot.feed([&](DetectorSession& session) { session.on_coefficients(**coefficients); });
      } else if (coefficients) {
        slot.settle(unreadable(coefficients->error()));
      }
    }
    if (slot.wants(kNeedsStill)) slot.feed([&](DetectorSession& session) { session.on_still(frame); });
  }
};

}  // namespace

Result<void> run_still(const media::Media& media, const Plan& plan, const PipelineSettings& settings,
                       const Context& context, std::vector<SessionSlot>& slots, PipelineResult& result) {
  context.report("decode", 0, 1);
  const media::Frame frame = TRY(media::read_still(media, context));
  if (settings.previews) {
    if (auto preview = make_preview(frame, kPreview_px)) result.previews.push_back(std::move(*preview));
  }
  if (settings.listener != nullptr && settings.listener->on_frame) settings.listener->on_frame(frame);
  std::optional<Result<media::JpegCoefficients>> coefficients;
  if ((plan.needs & kNeedsCoefficients) != 0 && media.format == media::Format::jpeg) {
    const FileReader file = TRY(FileReader::open(media.path));
    coefficients = media::read_jpeg_coefficients(file, context);
  }
  Still still{frame, coefficients, context, slots};
  still.run(settings.threaded ? std::min(kMostThreads, std::thread::hardware_concurrency()) : 1);
  if (context.stopped()) return make_error(Code::cancelled, "stopped");
  if (still.late) result.not_examined.emplace_back("The time budget ended before every test had run.");
  for (const std::string& line : frame.info().damage) result.damage.push_back(line);
  return {};
}

}  // namespace bonafide::forensics
