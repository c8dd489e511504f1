// Runs the face tracker over a real file, for tests and measurements.
#pragma once
#include <functional>
#include <string>

#include "base/files.h"
#include "forensics/face/face.h"
#include "media/decode/decode.h"

namespace bonafide::testing {

struct FacePass {
  media::Media media;
  std::int64_t frames = 0;
};

/// Decodes the first `seconds` of the picture and calls `on_faces` for every frame.
inline Result<FacePass> face_pass(const std::string& path, double seconds,
                                  const std::function<void(const forensics::face::FrameFaces&)>& on_faces) {
  const Context context;
  const FileReader file = TRY(FileReader::open(path));
  FacePass out;
  out.media = TRY(media::open(file, context));
  TRY(media::probe(out.media, context));
  auto landmarks = TRY(forensics::face::dlib_landmarks());
  auto tracker = TRY(forensics::face::FaceTracker::create({}, std::move(landmarks)));
  media::PassPlan plan;
  plan.spans = {{0, std::min(seconds, out.media.duration_s)}};
  plan.audio = false;
  media::PassSink sink;
  sink.on_frame = [&](const media::Frame& frame) { on_faces(tracker->next(frame)); };
  sink.on_audio = [](media::AudioBlock&&) {};
  sink.on_span = [&](const media::TimeSpan&) { tracker->reset(); };
  out.frames = TRY(media::run_pass(out.media, plan, sink, context)).frames;
  return out;
}

}  // namespace bonafide::testing
