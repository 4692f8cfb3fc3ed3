#pragma once

#include "inkling/random.h"

namespace inkling {

// Numbers of more distributions than Random has, in doubles, exact but for rounding. Logarithms and roots are the
// library's, so that two machines may differ in the last bit.
class Draws {
 public:
  explicit Draws(Random& random) : random_(random) {}

  // In (0, 1), both ends excluded.
  double uniform() { return (static_cast<double>(random_.next() >> 12) + 0.5) * 0x1p-52; }

  // Mean 0, variance 1: the polar method (Marsaglia & Bray, SIAM Review 1964), which makes two at a time.
  double normal();

  // The logarithm of a number of Gamma(shape, 1), shape > 0: Marsaglia & Tsang, "A simple method for generating gamma
  // variables", ACM TOMS 2000. Of small shapes the number itself would be 0.
  double log_gamma(double shape);

  // log(p / (1 - p)) of a p of Beta(a, b); a, b > 0. Tells apart what is 0 or 1 but for rounding.
  double beta_log_odds(double a, double b) { return log_gamma(a) - log_gamma(b); }

 private:
  Random& random_;
  double spare_ = 0;  // the second of two
  bool has_spare_ = false;
};

}  // namespace inkling
