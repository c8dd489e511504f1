#include "media/dsp/acontrario.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bonafide::media {
namespace {

// Expected values: exact rational sums (Python fractions, 60-digit logarithms).
TEST(AContrario, BinomialTailAgreesWithExactSums) {
  struct Case {
    std::int64_t k, n;
    double p, log10;
  };
  const Case cases[] = {
      {1, 1, 1.0 / 64, -1.806179973983887},
      {10, 100, 1.0 / 64, -5.379487278583728},
      {400, 1000, 1.0 / 64, -435.869263280833548},
      {1000, 1000, 1.0 / 64, -1806.179973983887171},
      {5, 10, 0.5, -0.205479277918650},
      {3, 10, 0.9, -0.000000162252449},
      {2000, 5000, 1.0 / 64, -2173.380198918652905},
      {20, 1000, 1.0 / 64, -0.793830213405147},
      {10, 1000, 1.0 / 64, -0.022586937036076},
      {900, 1000, 0.95, -0.000000000016973},
  };
  for (const Case& c : cases)
    EXPECT_NEAR(log10_binomial_tail(c.k, c.n, c.p), c.log10, 1e-9 * std::abs(c.log10) + 1e-14) << c.k << " of " << c.n;
}

TEST(AContrario, BinomialTailAtTheEdges) {
  EXPECT_EQ(log10_binomial_tail(0, 10, 0.1), 0);
  EXPECT_EQ(log10_binomial_tail(-5, 10, 0.1), 0);
  EXPECT_EQ(log10_binomial_tail(11, 10, 0.1), -INFINITY);
  EXPECT_EQ(log10_binomial_tail(1, 10, 0), -INFINITY);
  EXPECT_EQ(log10_binomial_tail(10, 10, 1), 0);
  EXPECT_EQ(log10_binomial_tail(1, 0, 0.5), -INFINITY);
}

TEST(AContrario, FarTailOfManyTrialsStaysFinite) {
  // All of a million: n log10 p, exactly.
  EXPECT_NEAR(log10_binomial_tail(1'000'000, 1'000'000, 1.0 / 64), -1806179.973983887171, 1e-3);
  EXPECT_TRUE(std::isfinite(log10_binomial_tail(900'000'000, 1'000'000'000, 1.0 / 64)));
}

TEST(AContrario, TailFallsWithK) {
  double before = 1;
  for (std::int64_t k = 0; k <= 300; ++k) {
    const double now = log10_binomial_tail(k, 300, 1.0 / 64);
    EXPECT_LT(now, before + 1e-15) << k;
    before = now;
  }
}

TEST(AContrario, NfaCountsTheTests) {
  EXPECT_DOUBLE_EQ(log10_nfa(2.5, 10, 100, 0.1), 2.5 + log10_binomial_tail(10, 100, 0.1));
}

// Expected values: bisection on exact decimal sums (Python decimal, 60 digits).
TEST(AContrario, ClopperPearsonAgreesWithExactSums) {
  struct Case {
    std::int64_t successes, trials;
    double low, high;
  };
  const Case cases[] = {{0, 106, 0, 0.034202167276},
                        {1, 169, 0.000149798294, 0.032525826831},
                        {5, 10, 0.187086028447, 0.812913971553},
                        {10, 10, 0.691502892181, 1},
                        {7, 40, 0.073382729352, 0.327790133362}};
  for (const Case& c : cases) {
    const Interval interval = clopper_pearson(c.successes, c.trials);
    EXPECT_NEAR(interval.low, c.low, 1e-10);
    EXPECT_NEAR(interval.high, c.high, 1e-10);
  }
  EXPECT_EQ(clopper_pearson(0, 0).low, 0);
  EXPECT_EQ(clopper_pearson(0, 0).high, 1);
}

}  // namespace
}  // namespace bonafide::media
