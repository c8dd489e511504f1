// Where and when a clip or a sound differs from the one that a ClipMap was made of. Twice over the suspect: the scout
// finds when it shows what, the judge then compares slot by slot; between them the place of the picture is looked for
// as a still's is.
#pragma once
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "media/dsp/dct.h"
#include "provenance/mark/clip_map.h"
#include "provenance/mark/map_compare.h"

namespace bonafide::provenance::mark {

/// The original's seconds from `original_s` on, for `length_s`, are shown `offset_s` later by the suspect.
struct ClipPiece {
  double original_s = 0, length_s = 0, offset_s = 0;
  double gain = 0;  ///< log likelihood ratio against unrelated content
};

/// What of the suspect shows which of the original.
struct ClipTimes {
  std::vector<ClipPiece> pictures, sound;
  double pictures_s = 0, sound_s = 0;  ///< how long the suspect's are
};

enum class SpanKind : std::uint8_t {
  removed,   ///< seconds of the original are missing; begin and end of the suspect are equal
  inserted,  ///< seconds that the original does not have
  other,     ///< something else is shown (or heard) instead
};
std::string_view to_string(SpanKind kind);

/// A change of whole pictures, or of sound.
struct ClipSpan {
  SpanKind kind = SpanKind::other;
  bool sound = false;
  bool edge = false;  ///< at the beginning or the end: cut off or added there, as a crop or a frame is of a picture
  double begin_s = 0, end_s = 0;                    ///< of the suspect
  double original_begin_s = 0, original_end_s = 0;  ///< of the original
  double log10_p = 0;                               ///< everything looked at is counted in it
};

/// A part of the picture that differs for some time.
struct ClipRegion {
  Change change = Change::content;
  double begin_s = 0, end_s = 0;                    ///< of the suspect
  double original_begin_s = 0, original_end_s = 0;  ///< of the original
  PixelBox box, suspect_box;                        ///< around what differs for at least a quarter of the time
  std::vector<std::uint32_t> blocks;                ///< that differ for at least half of the time
  double log10_p = 0;
  std::vector<std::pair<double, std::vector<std::uint32_t>>> shapes;  ///< by slot: when it begins, and its blocks
};

struct ClipComparison {
  bool pictures = false, sound = false;  ///< whether both sides have them
  bool pictures_found = false, sound_found = false;
  MapPlacement placement;
  ClipTimes times;
  double agreement = 0;                       ///< of the signs, median over slots
  std::size_t slots = 0;                      ///< of pictures that were compared
  double same = 0, altered = 0, unknown = 0;  ///< shares of blocks in those
  std::size_t sound_slots = 0;                ///< that were compared
  std::vector<ClipRegion> regions;            ///< the surest first
  std::vector<ClipSpan> spans;                ///< in order of time
};

/// First pass: thumbnails and bands.
class ClipScout {
 public:
  explicit ClipScout(const ClipMap& map);
  ClipScout(ClipScout&&) noexcept;
  ~ClipScout();
  bool wants(double seconds) const;
  void picture(media::GreyView luma, double seconds);
  void sound(std::span<const float> samples, double seconds);
  /// When what is shown. Once.
  ClipTimes times();
  /// Spans of the sound that differ; `times` as above.
  void judge_sound(const ClipTimes& times, ClipComparison& answer) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A slot of the map and when the suspect shows it.
struct ClipProbe {
  std::size_t slot = 0;
  double begin_s = 0;  ///< of the suspect; kClipSlot long
};
/// Up to five slots with much to see, by which the place of the picture is found.
std::vector<ClipProbe> clip_probes(const ClipMap& map, const std::vector<ClipPiece>& pieces);

/// Where the picture lies in the suspect, by one slot: the mean of what is pushed.
class ClipPlacer {
 public:
  ClipPlacer(const ClipMap& map, const ClipProbe& probe);
  ClipPlacer(ClipPlacer&&) noexcept;
  ~ClipPlacer();
  void picture(RgbView picture, double seconds);
  Result<MapPlacement> place(const Context& context);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Second pass.
class ClipJudge {
 public:
  ClipJudge(const ClipMap& map, std::vector<ClipPiece> pieces, const MapPlacement& placement);
  ClipJudge(ClipJudge&&) noexcept;
  ~ClipJudge();
  bool wants(double seconds) const;
  void picture(RgbView picture, double seconds);
  /// Regions, and spans of other pictures.
  void finish(ClipComparison& answer);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What was removed and put in, by the pieces; `length_s`: of the original, `suspect_s`: of the suspect.
std::vector<ClipSpan> clip_jumps(const std::vector<ClipPiece>& pieces, double length_s, double suspect_s, bool sound);
/// Adds them, and takes back what the slots that a cut goes through seemed to show.
void add_jumps(const std::vector<ClipSpan>& jumps, ClipComparison& answer);

}  // namespace bonafide::provenance::mark
