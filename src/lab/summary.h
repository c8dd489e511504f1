// Summary: the figures of every detector, of the verdict and of the dull baseline, pooled, by source and by generator.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "lab/statistics.h"
#include "lab/trial.h"

namespace bonafide::lab {

/// Files of one label.
struct Tally {
  std::size_t files = 0, judged = 0;
  std::size_t weak = 0, moderate = 0, strong = 0;  ///< at that strength or above
};

struct Figures {
  Tally genuine, fake;
  // Of the files that were judged. NaN where a class is missing.
  double auc = 0, eer = 0, detection = 0;  ///< detection: at 1 % false alarms
  Range auc_range;
  double cllr = 0;      ///< of the ratios that leave-one-source-out calibration gives
  double cllr_min = 0;  ///< of the scores
};

struct Table {
  std::string name;  ///< a detector's id, "verdict", or "baseline: …"
  Figures all;
  std::map<std::string, Figures> by_source;     ///< AUC only where a source has both labels
  std::map<std::string, Figures> by_generator;  ///< fakes of one generator against all genuine files of the same
                                                ///< sources, or against all where those sources have none
  std::vector<Scored> scores;                   ///< oriented, of judged files
  std::vector<Scored> log_ratios;               ///< ln LR, leave one source out, in the order of `scores`
};

struct Summary {
  std::size_t files = 0, failed = 0;
  std::vector<Table> detectors;  ///< sorted by name
  Table verdict;                 ///< its log10 LR as score; abstention is "could not tell"
  std::vector<Table> baselines;  ///< each single fact, then all together by logistic regression, leave one source out
};

Summary summarise(const std::vector<Trial>& trials);

/// ln LR for each judged score, from a logistic fit on the other sources, bounded by what their numbers allow.
std::vector<Scored> calibrated_without_own(const std::vector<Scored>& scores, const std::vector<std::string>& sources);

/// The largest |ln LR| that the numbers of files support: nobody may claim to be surer of a rate than 3/N (the 95 %
/// bound after N files without the event).
double bound_of(std::size_t files);

}  // namespace bonafide::lab
