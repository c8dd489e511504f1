// What bench/marks_sound.sh asks of the sound mark beyond one reading of one file. Reads 16-bit WAV, prints CSV.
//   marks_sound windows ID SECONDS FILE…     random windows: read, right, wrong
//   marks_sound unmarked KEYS SECONDS FILE…  pieces read with many keys: one p-value of the peak a line, and claims
//   marks_sound places ID FILE…              half seconds: z, the active share and the state (ID of 16 digits)
//   marks_sound cuts ID FILE                 random seconds removed: told, error of length, error of place
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "provenance/mark/sound_places.h"
#include "provenance/mark/sound_read.h"

using namespace bonafide::provenance::mark;

namespace {

using Samples = std::vector<std::vector<float>>;

Samples wav(const char* path) {
  FILE* const file = std::fopen(path, "rb");
  if (file == nullptr) std::exit(3);
  std::vector<unsigned char> bytes(std::size_t{1} << 28);
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
  std::fclose(file);
  std::size_t channels = 1;
  Samples samples;
  for (std::size_t at = 12; at + 8 <= bytes.size();) {
    std::uint32_t size = 0;
    std::memcpy(&size, &bytes[at + 4], 4);
    if (std::memcmp(&bytes[at], "fmt ", 4) == 0) channels = bytes[at + 10];
    if (std::memcmp(&bytes[at], "data", 4) == 0) {
      samples.resize(channels);
      const std::size_t end = std::min(bytes.size(), at + 8 + std::size_t{size});
      for (std::size_t i = at + 8; i + 2 * channels <= end; i += 2 * channels) {
        for (std::size_t c = 0; c < channels; ++c) {
          std::int16_t value = 0;
          std::memcpy(&value, &bytes[i + 2 * c], 2);
          samples[c].push_back(static_cast<float>(value) / 32768);
        }
      }
      break;
    }
    at += 8 + size + (size & 1);
  }
  return samples;
}

Samples part(const Samples& all, std::size_t from, std::size_t count) {
  Samples some;
  for (const auto& channel : all)
    some.emplace_back(channel.begin() + static_cast<std::ptrdiff_t>(from),
                      channel.begin() + static_cast<std::ptrdiff_t>(std::min(channel.size(), from + count)));
  return some;
}

SoundReader reader_of(const Samples& samples, const MarkKey& key) {
  auto reader = SoundReader::create(key, kSoundRate, static_cast<int>(samples.size())).value();
  reader.push(samples).value();
  return reader;
}

void windows(std::uint64_t id, double seconds, const Samples& all, const char* name) {
  std::mt19937 random(1);
  const auto length = static_cast<std::size_t>(seconds * kSoundRate);
  int brief = 0, full = 0, wrong = 0, tried = 0;
  for (; tried < 40; ++tried) {
    const std::size_t from = random() % (all[0].size() - length);
    const SoundReading reading = reader_of(part(all, from, length), MarkKey::published(kSoundProfile)).finish();
    if (!reading.upper) continue;
    const bool right = *reading.upper == id >> 32 && (!reading.id || *reading.id == id);
    wrong += right ? 0 : 1;
    brief += right ? 1 : 0;
    full += right && reading.id ? 1 : 0;
  }
  std::printf("%s,%g,%d,%d,%d,%d\n", name, seconds, tried, brief, full, wrong);
}

void unmarked(int keys, double seconds, const Samples& all) {
  const auto length = static_cast<std::size_t>(seconds * kSoundRate);
  for (std::size_t from = 0; from + length <= all[0].size(); from += length) {
    const Samples piece = part(all, from, length);
    for (int k = 0; k < keys; ++k) {
      const MarkKey key = MarkKey::published(kSoundProfile).for_asset(bonafide::as_bytes(std::to_string(k)));
      const SoundReading reading = reader_of(piece, key).finish();
      std::printf("%.5f,%.4f,%d\n", std::pow(10, reading.evidence.log10_p_peak), reading.evidence.z,
                  reading.upper ? 1 : 0);
    }
  }
}

void places(std::uint64_t id, const Samples& all, const char* name) {
  const MarkKey key = MarkKey::published(kSoundProfile);
  SoundReader reader = reader_of(all, key);
  reader.finish();
  for (const SoundUnit& unit : locate_sound(reader.map(), key, id).units)
    std::printf("%s,%.3f,%.4f,%.3f,%d\n", name, unit.begin_s, unit.z, unit.active, static_cast<int>(unit.state));
}

void cuts(std::uint64_t id, const Samples& all) {
  const MarkKey key = MarkKey::published(kSoundProfile);
  std::mt19937 random(2);
  for (int i = 0; i < 12; ++i) {
    const auto at = static_cast<std::ptrdiff_t>(all[0].size() / 6 + random() % (all[0].size() * 2 / 3));
    const auto removed = static_cast<std::ptrdiff_t>(kSoundRate / 2 + random() % (kSoundRate * 5));
    Samples cut = all;
    for (auto& channel : cut)
      channel.erase(channel.begin() + at,
                    channel.begin() + std::min(at + removed, static_cast<std::ptrdiff_t>(channel.size())));
    SoundReader reader = reader_of(cut, key);
    reader.finish();
    const SoundPlaces found = locate_sound(reader.map(), key, id);
    const double length = static_cast<double>(removed) / kSoundRate, place = static_cast<double>(at) / kSoundRate;
    double error = -1, off = -1;
    for (const SoundJump& jump : found.jumps)
      if (jump.removed_s && (off < 0 || std::abs(jump.at_s - place) < off)) {
        error = std::abs(*jump.removed_s - length);
        off = std::abs(jump.at_s - place);
      }
    std::printf("%.3f,%zu,%.4f,%.4f\n", length, found.jumps.size(), error, off);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const std::string verb = argv[1];
  const bool longer = verb == "windows" || verb == "unmarked";
  for (int i = longer ? 4 : 3; i < argc; ++i) {
    const Samples all = wav(argv[i]);
    const std::uint64_t id = std::strtoull(argv[2], nullptr, 16);
    if (verb == "windows") windows(id, std::atof(argv[3]), all, argv[i]);
    if (verb == "unmarked") unmarked(std::atoi(argv[2]), std::atof(argv[3]), all);
    if (verb == "places") places(id, all, argv[i]);
    if (verb == "cuts") cuts(id, all);
  }
}
