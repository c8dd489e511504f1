#include "forensics/run_still.h"

#include "forensics/preview.h"

namespace bonafide::forensics {

namespace {

constexpr int kPreview_px = 1280;  // wide enough to point at a region, small enough to embed

Finding unreadable(const Error& error) {
  return not_applicable("the JPEG coefficients could not be read: " + error.message);
}

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
  std::size_t done = 0;
  bool late = false;
  for (SessionSlot& slot : slots) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
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
    context.report("tests", ++done, slots.size());
  }
  if (late) result.not_examined.emplace_back("The time budget ended before every test had run.");
  for (const std::string& line : frame.info().damage) result.damage.push_back(line);
  return {};
}

}  // namespace bonafide::forensics
