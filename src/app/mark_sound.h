// Sound marks in files: placing one, reading one.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/context.h"
#include "media/container/media.h"
#include "media/decode/audio.h"
#include "media/decode/rewrite.h"
#include "provenance/mark/key.h"
#include "provenance/mark/sound_places.h"
#include "provenance/mark/sound_read.h"

namespace bonafide::app {

/// Blocks of a pass for a reader; what is missing between them is silence, so that the mark's clock goes on.
class SoundFeed {
 public:
  explicit SoundFeed(const provenance::mark::MarkKey& key) : key_(key) {}
  void take(const media::AudioBlock& block);
  /// `not_found`: nothing was taken.
  Result<provenance::mark::SoundReading> finish(bool deep);
  /// After finish() found something.
  const provenance::mark::SoundReader& reader() const { return *reader_; }

 private:
  void give(const std::vector<std::vector<float>>& samples);

  provenance::mark::MarkKey key_;
  std::optional<provenance::mark::SoundReader> reader_;
  std::optional<Error> error_;
  int rate_ = 0, channels_ = 0;
  double next_s_ = 0;
};

struct MarkSoundRequest {
  provenance::mark::MarkKey key = provenance::mark::MarkKey::published(provenance::mark::kSoundProfile);
  std::uint64_t id = 0;
  std::string out;         ///< its extension chooses the container
  bool overwrite = false;  ///< of the file
  bool over = false;       ///< of a mark: without it, sound that carries one already is refused (`denied`)
};

struct MarkedSound {
  media::Rewritten written;
  std::optional<provenance::mark::SoundReading> earlier;  ///< the mark that was there, with `over`
};

/// Marks the sound and copies all other tracks. Looks for a mark that is there already in the first minute.
Result<MarkedSound> mark_sound(const media::Media& media, const MarkSoundRequest& request, const Context& context);

/// Where the file has no sound: `not_found`.
Result<provenance::mark::SoundReading> read_sound_mark(const media::Media& media, const provenance::mark::MarkKey& key,
                                                       bool deep, const Context& context, double most_seconds = 1e9);

struct LocatedSound {
  provenance::mark::SoundReading reading;
  provenance::mark::SoundPlaces places;  ///< empty unless the whole id was read
};

/// The mark, and where in the sound it still is.
Result<LocatedSound> locate_sound_mark(const std::string& path, const provenance::mark::MarkKey& key, bool deep,
                                       const Context& context);

}  // namespace bonafide::app
