// Looks for marks while a file is decoded for the tests, and says what they have to do with its credential.
#pragma once
#include <optional>

#include "app/mark.h"
#include "app/mark_sound.h"
#include "app/mark_still.h"
#include "forensics/pipeline.h"
#include "provenance/credential.h"
#include "provenance/mark/clip_reader.h"

namespace bonafide::app {

/// Quick searches with the published keys: nothing that was not there anyway is decoded for them.
class MarkListener {
 public:
  /// `still`: frames are one picture. The context must outlive this.
  MarkListener(bool still, const Context& context);

  forensics::Listener listener();
  /// What was found, in words; when the credential names a mark of ours, whether the two agree. Once. A marked clip
  /// without a credential that holds is decoded a second time, to see where its mark is missing.
  provenance::Source finish(const provenance::Credential* credential, const media::Media& media);

 private:
  void frame(const media::Frame& frame);
  void take_still(const media::Frame& frame);
  void tell_holes(const media::Media& media, provenance::Source& source);

  const Context& context_;
  bool still_ = false;
  MarkKeys keys_;
  provenance::mark::ClipReader clip_;
  SoundFeed sound_;
  bool frames_ = false, blocks_ = false;
  int spans_ = 0;  ///< the sound mark needs one stretch: the first is listened to
  FoundMarks found_;
  std::optional<provenance::mark::ClipReading> clip_mark_;  ///< the longest
  std::optional<LocatedStill> still_mark_;                  ///< of a picture that carries one
  std::string trouble_;
};

}  // namespace bonafide::app
