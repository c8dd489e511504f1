// The mark of pictures in process, for what thousands of runs of the command would take too long for. Pictures come as
// binary PNM, one after the other, on standard input.
//   marks_stills read quick|deep|aspect [THREADS]   PGM: one CSV line each: highest z, places tried, log10 of the
//   chance of
//                                                   such a peak, and the id claimed or nothing; deep: scales and turns
//                                                   to 15°; aspect: x against y by up to 5 % too, as `mark get --deep`
//   marks_stills place SEED                         PPM: each marked with an id of its own; standard error: id, dB,
//   whether
//                                                   it survived its trial
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

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

int read(const std::string& how, int threads) {
  if (how != "quick" && how != "deep" && how != "aspect") return 2;
  const TileReader reader(MarkKey::published(kTileProfile));
  const TileSearch search{.deep = how != "quick", .aspect = how == "aspect", .threads = threads};
  for (Picture picture; next("P5 %d %d 255", 1, picture);) {
    const auto answer = reader.read({picture.samples.data(), picture.width, picture.height, picture.width}, search, {});
    if (!answer) return 4;
    const Evidence evidence =
        answer->reading ? answer->reading->evidence : weigh(answer->best_z, answer->hypotheses, 0, 0);
    std::printf("%.3f,%.0f,%.3f,", evidence.z, evidence.hypotheses, evidence.log10_p_peak);
    if (answer->reading) std::printf("%016llx", static_cast<unsigned long long>(answer->reading->id));
    std::printf("\n");
    std::fflush(stdout);
  }
  return 0;
}

int place(unsigned seed) {
  std::mt19937_64 ids(seed);
  const MarkKey key = MarkKey::published(kTileProfile);
  for (Picture picture; next("P6 %d %d 255", 3, picture);) {
    const std::uint64_t id = ids();
    const auto placed = place_tile({picture.samples.data(), picture.width, picture.height, 3, picture.width * 3, false},
                                   key, id, {}, {});
    if (!placed) return 4;
    std::fprintf(stderr, "%016llx %.3f %d\n", static_cast<unsigned long long>(id), placed->psnr,
                 placed->survives ? 1 : 0);
    std::printf("P6 %d %d 255\n", picture.width, picture.height);
    std::fwrite(picture.samples.data(), 1, picture.samples.size(), stdout);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 2 ? argv[1] : "";
  if (verb == "read") return read(argv[2], argc > 3 ? std::atoi(argv[3]) : 1);
  if (verb == "place") return place(static_cast<unsigned>(std::atoi(argv[2])));
  return 2;
}
