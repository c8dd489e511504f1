// Both layers of pictures in process, for what thousands of runs of the command would take too long for. Pictures come
// as binary PNM, one after the other, on standard input.
//   marks_tamper place robust|both SEED   PPM: each marked with an id of its own; standard error: id
//   marks_tamper map                      PGM: a line (the id that was read or "none"; the answer) and, a byte a pixel,
//   the map:
//                                         0 unaltered, 128 not to be told, 255 altered
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "provenance/mark/qim_embed.h"
#include "provenance/mark/qim_read.h"
#include "provenance/mark/tile_embed.h"
#include "provenance/mark/tile_layout.h"
#include "provenance/mark/tile_reader.h"

using namespace bonafide::provenance::mark;

namespace {

struct Picture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> samples;
};

// False at the end; anything that is no picture ends the program.
bool next(const char* format, std::size_t channels, Picture& picture) {
  const int got = std::scanf(format, &picture.width, &picture.height);
  if (got == EOF) return false;
  if (got != 2 || picture.width < 1 || picture.height < 1) std::exit(3);
  std::getchar();  // the one byte of white space before the samples
  picture.samples.resize(static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) * channels);
  if (std::fread(picture.samples.data(), 1, picture.samples.size(), stdin) != picture.samples.size()) std::exit(3);
  return true;
}

int place(bool both, unsigned seed) {
  std::mt19937_64 ids(seed);
  const MarkKey key = MarkKey::published(kTileProfile), fragile = MarkKey::published(kQimProfile);
  for (Picture picture; next("P6 %d %d 255", 3, picture);) {
    const std::uint64_t id = ids();
    const PictureView view{picture.samples.data(), picture.width, picture.height, 3, picture.width * 3, false};
    if (!place_tile(view, key, id, {}, {})) return 4;
    if (both && !place_qim(view, fragile, id, {})) return 4;
    std::fprintf(stderr, "%016llx\n", static_cast<unsigned long long>(id));
    std::printf("P6 %d %d 255\n", picture.width, picture.height);
    std::fwrite(picture.samples.data(), 1, picture.samples.size(), stdout);
    std::fflush(stdout);
  }
  return 0;
}

int map() {
  const TileReader reader(MarkKey::published(kTileProfile));
  const MarkKey fragile = MarkKey::published(kQimProfile);
  for (Picture picture; next("P5 %d %d 255", 1, picture);) {
    const bonafide::media::GreyView view{picture.samples.data(), picture.width, picture.height, picture.width};
    const auto answer = reader.read(view, {.threads = 1}, {});
    if (!answer) return 4;
    QimAnswer layer;
    if (answer->reading) {
      auto read = read_qim(view, fragile, *answer->reading, {}, {});
      if (!read) return 4;
      layer = std::move(*read);
      std::printf("%016llx", static_cast<unsigned long long>(answer->reading->id));
    } else {
      std::printf("none");
    }
    std::printf(" %s %zu\n",
                !layer.found            ? "no_layer"
                : layer.regions.empty() ? "unaltered"
                                        : "altered",
                layer.regions.size());
    const QimMap drawn = qim_map(layer, picture.width, picture.height, 1);
    std::fwrite(drawn.values.data(), 1, drawn.values.size(), stdout);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "map") return map();
  if (verb == "place" && argc == 4)
    return place(std::string(argv[2]) == "both", static_cast<unsigned>(std::atoi(argv[3])));
  return 2;
}
