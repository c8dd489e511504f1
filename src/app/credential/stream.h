// Streams in fragments on disk: an initialization segment and its fragment files, signed together.
#pragma once
#include <string>
#include <vector>

#include "app/credential/sign.h"
#include "provenance/c2pa/stream.h"

namespace bonafide::app {

/// Sorted by name, digits compared as numbers: seg2.m4s before seg10.m4s.
std::vector<std::string> by_name(std::vector<std::string> paths);

struct Stream {
  provenance::c2pa::StreamPlan plan;
  std::vector<std::string> fragments;  ///< in the order of playing
};

/// The fragments of `request` in the order of their decode times. invalid_argument: two begin at the same time, or the
/// request asks for what a stream cannot have (in place, a sidecar, an update).
Result<Stream> plan_stream(const SignRequest& request, const media::ByteSource& init, const Context& context);
/// Into the folder `request.output`, under their own names.
Result<void> write_fragments(const Stream& stream, const SignRequest& request, const Context& context);

}  // namespace bonafide::app
