#include "provenance/mark/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "media/dsp/statistics.h"

namespace bonafide::provenance::mark {

namespace {

std::string with_commas(double count) {
  std::string text = fmt::format("{:.0f}", count);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

}  // namespace

double log10_p_of_peak(double z, double hypotheses) {
  const double log10_one = media::log10_normal_tail(z);
  const double log10_expected = log10_one + std::log10(std::max(hypotheses, 1.0));
  if (log10_expected < -6) return log10_expected;  // 1-(1-q)^H = qH to within a millionth of itself
  const double one = std::pow(10.0, log10_one);
  if (one >= 1) return 0;
  return std::log10(-std::expm1(std::max(hypotheses, 1.0) * std::log1p(-one)));
}

Evidence weigh(double z, double hypotheses, int attempts, int check_bits) {
  Evidence evidence{.z = z, .hypotheses = hypotheses, .attempts = attempts, .check_bits = check_bits};
  evidence.log10_p_peak = log10_p_of_peak(z, hypotheses);
  const double log10_check = std::log10(std::max(attempts, 1)) - check_bits * std::log10(2.0);
  evidence.log10_p = evidence.log10_p_peak + std::min(0.0, log10_check);
  return evidence;
}

std::string to_string(const Evidence& evidence) {
  const double exponent = std::floor(evidence.log10_p);
  const std::string p = evidence.log10_p > -3
                            ? fmt::format("{:.3g}", std::pow(10.0, evidence.log10_p))
                            : fmt::format("{:.0f}e{:.0f}", std::pow(10.0, evidence.log10_p - exponent), exponent);
  std::string text = fmt::format("p = {} (z {:.1f} among {} places", p, evidence.z, with_commas(evidence.hypotheses));
  if (evidence.check_bits > 0) text += fmt::format(", checksum of {} bits", evidence.check_bits);
  return text + ")";
}

}  // namespace bonafide::provenance::mark
