#include "media/dsp/convolutional_code.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace bonafide::media {

namespace {

using Words = std::vector<std::uint32_t>;

constexpr std::array<std::uint32_t, 2> kK7R2{0171, 0133};
constexpr std::array<std::uint32_t, 2> kK9R2{0561, 0753};
constexpr std::array<std::uint32_t, 4> kK9R4{0463, 0535, 0733, 0745};
constexpr std::array<std::uint32_t, 8> kK11R8{02263, 03577, 03445, 03665, 02475, 03353, 03313, 02365};
constexpr std::array<std::uint32_t, 4> kK15R4{046321, 051271, 063667, 070535};
constexpr std::array<std::uint32_t, 6> kK15R6{046321, 051271, 063667, 070535, 073277, 076513};

/// For each value of the register (newest bit lowest), the coded bits as a number: generator i at bit i.
Words symbols_of(const ConvolutionalCode& code) {
  Words symbols(std::size_t{1} << code.constraint);
  for (std::size_t state = 0; state < symbols.size(); ++state) {
    for (std::size_t i = 0; i < code.generators.size(); ++i) {
      const auto parity =
          static_cast<unsigned>(std::popcount(static_cast<std::uint32_t>(state) & code.generators[i])) & 1U;
      symbols[state] |= parity << i;
    }
  }
  return symbols;
}

/// Correlation of one step's values with each possible symbol.
void branch_metrics(std::span<const float> values, std::vector<float>& metrics) {
  metrics[0] = 0;
  for (const float value : values) metrics[0] += value;
  std::size_t filled = 1;
  for (const float value : values) {  // a set bit turns its value's sign
    for (std::size_t i = 0; i < filled; ++i) metrics[filled + i] = metrics[i] - 2 * value;
    filled *= 2;
  }
}

/// One step of the trellis: the two ways into each state, the better one kept. `came` gets a bit for each state:
/// whether the older of the two predecessors' top bits was set.
void step(const Words& symbols, const std::vector<float>& metrics, std::span<const float> before,
          std::span<float> after, std::uint8_t* came) {
  const std::size_t half = before.size() / 2;
  for (std::size_t low = 0; low < half; ++low) {
    const float a = before[low];
    const float b = before[low + half];
    for (std::size_t bit = 0; bit < 2; ++bit) {
      const std::size_t to = low * 2 + bit;
      const float from_a = a + metrics[symbols[to]];
      const float from_b = b + metrics[symbols[to + 2 * half]];
      came[to] = from_b > from_a ? 1 : 0;
      after[to] = std::max(from_a, from_b);
    }
  }
}

}  // namespace

const ConvolutionalCode& code_k7_r2() {
  static const ConvolutionalCode code{"K=7 1/2", 7, kK7R2, 10};
  return code;
}
const ConvolutionalCode& code_k9_r2() {
  static const ConvolutionalCode code{"K=9 1/2", 9, kK9R2, 12};
  return code;
}
const ConvolutionalCode& code_k9_r4() {
  static const ConvolutionalCode code{"K=9 1/4", 9, kK9R4, 24};
  return code;
}
const ConvolutionalCode& code_k11_r8() {
  static const ConvolutionalCode code{"K=11 1/8", 11, kK11R8, 59};
  return code;
}
const ConvolutionalCode& code_k15_r4() {
  static const ConvolutionalCode code{"K=15 1/4", 15, kK15R4, 35};
  return code;
}
const ConvolutionalCode& code_k15_r6() {
  static const ConvolutionalCode code{"K=15 1/6", 15, kK15R6, 56};
  return code;
}

Bits encode(const ConvolutionalCode& code, std::span<const std::uint8_t> message) {
  Bits coded;
  coded.reserve(code.coded_size(message.size()));
  const std::uint32_t mask = (std::uint32_t{1} << code.constraint) - 1;
  std::uint32_t state = 0;
  for (std::size_t i = 0; i < message.size() + static_cast<std::size_t>(code.tail()); ++i) {
    const std::uint32_t bit = i < message.size() && message[i] != 0 ? 1 : 0;
    state = ((state << 1) | bit) & mask;
    for (const std::uint32_t generator : code.generators)
      coded.push_back(static_cast<std::uint8_t>(std::popcount(state & generator) & 1));
  }
  return coded;
}

SoftDecoded decode_soft(const ConvolutionalCode& code, std::span<const float> soft, std::size_t message_bits) {
  SoftDecoded decoded;
  if (soft.size() != code.coded_size(message_bits) || message_bits == 0) return decoded;
  const Words symbols = symbols_of(code);
  const std::size_t states = std::size_t{1} << code.tail();
  const std::size_t steps = message_bits + static_cast<std::size_t>(code.tail());
  const std::size_t rate = code.generators.size();
  std::vector<float> metrics(std::size_t{1} << rate);
  std::vector<float> before(states, -std::numeric_limits<float>::infinity());
  std::vector<float> after(states);
  std::vector<std::uint8_t> came(states * steps);
  before[0] = 0;
  for (std::size_t t = 0; t < steps; ++t) {
    branch_metrics(soft.subspan(t * rate, rate), metrics);
    step(symbols, metrics, before, after, came.data() + t * states);
    if (t >= message_bits)  // the tail is zeros
      for (std::size_t s = 1; s < states; s += 2) after[s] = -std::numeric_limits<float>::infinity();
    before.swap(after);
  }
  decoded.metric = static_cast<double>(before[0]);
  Bits reversed;
  std::size_t state = 0;
  for (std::size_t t = steps; t-- > 0;) {
    reversed.push_back(static_cast<std::uint8_t>(state & 1));
    state = state / 2 + (came[t * states + state] != 0 ? states / 2 : 0);
  }
  decoded.message.assign(reversed.rbegin(), reversed.rbegin() + static_cast<std::ptrdiff_t>(message_bits));
  return decoded;
}

int free_distance_of(const ConvolutionalCode& code) {
  const Words symbols = symbols_of(code);
  const std::size_t states = std::size_t{1} << code.tail();
  const auto most = static_cast<std::size_t>(code.constraint) * code.generators.size();  // weight of a lone 1, at most
  std::vector<std::vector<std::size_t>> reached(most + 1);  // states by distance (Dijkstra with small whole numbers)
  std::vector<std::size_t> distance(states, most + 1);
  const auto reach = [&](std::size_t state, std::size_t weight) {
    if (weight > most || weight >= distance[state]) return;
    distance[state] = weight;
    reached[weight].push_back(state);
  };
  reach(1, static_cast<std::size_t>(std::popcount(symbols[1])));
  for (std::size_t weight = 0; weight <= most; ++weight) {
    for (std::size_t i = 0; i < reached[weight].size(); ++i) {
      const std::size_t state = reached[weight][i];
      if (state == 0) return static_cast<int>(weight);
      if (distance[state] != weight) continue;
      for (std::size_t bit = 0; bit < 2; ++bit) {
        const std::size_t whole = state * 2 + bit;
        reach(whole % states, weight + static_cast<std::size_t>(std::popcount(symbols[whole])));
      }
    }
  }
  return -1;
}

}  // namespace bonafide::media
