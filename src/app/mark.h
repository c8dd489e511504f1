// Marks of any kind of file: what it is decides where the id goes and where it is looked for.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "provenance/mark/clip_reader.h"
#include "provenance/mark/evidence.h"
#include "provenance/mark/key.h"
#include "provenance/mark/sound_read.h"
#include "provenance/mark/tile_reader.h"

namespace bonafide::app {

/// What a secret mark hangs on, for pictures, for sound and for the fragile layer of stills; published keys otherwise.
struct MarkKeys {
  provenance::mark::MarkKey pictures, sound, fragile;
};
/// `secret`: at least 16 bytes, or nothing.
Result<MarkKeys> mark_keys(const std::optional<Bytes>& secret);

struct MarkRequest {
  MarkKeys keys;
  std::uint64_t id = 0;
  std::optional<double> psnr;  ///< of pictures, dB
  std::string out;             ///< its extension chooses the container
  bool overwrite = false;      ///< of the file
  bool over = false;           ///< of a mark: without it, what carries one already is refused (`denied`)
  bool to_8_bits = false;      ///< a clip of more bits a sample is marked with 8; else it is refused (`unsupported`)
  bool fragile = false;        ///< with the layer that shows later where it was changed; stills only
};

/// One mark that was found.
struct FoundMark {
  std::string in;  ///< "picture", "pictures" (of a clip), "sound"
  std::optional<std::uint64_t> id;
  std::uint32_t upper = 0;  ///< its upper half, which is all that is known when there is no id
  provenance::mark::Evidence evidence;
  double from = 0, to = 0;  ///< seconds of a clip or sound
  std::string changed;      ///< "at 0.94 of its size", "speed × 1.02": what was done since; may be empty
};

struct FoundMarks {
  std::vector<FoundMark> marks;
  /// Of the searches that found nothing: how near the best came.
  std::vector<std::pair<std::string, provenance::mark::Evidence>> nothing;
};
void take(const provenance::mark::ClipAnswer& answer, FoundMarks& found);
void take(const provenance::mark::SoundReading& reading, FoundMarks& found);
void take(const provenance::mark::TileAnswer& answer, FoundMarks& found);
/// Schema bonafide.mark/1.
Json marks_json(const std::string& file, const MarkKeys& keys, const FoundMarks& found);

/// "0123456789abcdef", or "01234567…" when its upper half is all that is known.
std::string id_words(const FoundMark& mark);

struct MarkedFile {
  bool pictures = false, sound = false;
  double psnr = 0;                      ///< of the pictures
  int frames = 0;                       ///< of a clip
  double seconds = 0;                   ///< of marked sound
  std::string codecs;                   ///< "libx264, aac"
  int copied = 0;                       ///< tracks
  std::vector<std::string> left_out{};  ///< of a picture's file: "its Content Credential, which would be broken"
  std::string warning{};                ///< empty, or that the mark may not last
  std::vector<FoundMark> earlier{};     ///< marks that were there before; never without MarkRequest::over
  std::optional<double> holds{};        ///< with a fragile layer: the share of the written picture on which it shows
};

/// Schema bonafide.marked/1.
Json marked_json(const std::string& file, std::uint64_t id, const MarkKeys& keys, const MarkedFile& done);

/// `unsupported` when nothing of its kind can be marked.
Result<MarkedFile> mark_file(const std::string& path, const MarkRequest& request, const Context& context);
/// `deep`: other scales, speeds and tempos too.
Result<FoundMarks> find_marks(const std::string& path, const MarkKeys& keys, bool deep, const Context& context);

}  // namespace bonafide::app
