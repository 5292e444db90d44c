// Several ways to do the same, measured against each other: all of them in turn, round after round, so that a change of the
// machine's speed hits all alike. Thread CPU time, because other programs may run. Prints medians, the spread of the middle
// half of the rounds as a part of the median (the noise), and ratios to the first way, round by round.
#pragma once
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace rapgo::arguments {

inline double cpu_ns(clockid_t clock = CLOCK_THREAD_CPUTIME_ID) {
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

inline double at_share(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<size_t>(share * static_cast<double>(values.size())))];
}
inline double median(const std::vector<double>& values) { return at_share(values, 0.5); }

struct Way {
  std::string name;
  std::function<double()> cost;  // runs once and returns nanoseconds per unit
};

// Returns the medians in the order of `ways`.
inline std::vector<double> contest(const std::string& title, const char* unit, const std::vector<Way>& ways, int rounds = 31) {
  std::vector<std::vector<double>> costs(ways.size()), ratios(ways.size());
  for (const Way& way : ways) way.cost();
  for (int round = 0; round < rounds; round++) {
    for (size_t i = 0; i < ways.size(); i++) {
      const size_t turn = (i + static_cast<size_t>(round)) % ways.size();
      costs[turn].push_back(ways[turn].cost());
    }
    for (size_t i = 0; i < ways.size(); i++) ratios[i].push_back(costs[i].back() / costs[0].back());
  }
  std::printf("\n%s (%s; %d rounds)\n", title.c_str(), unit, rounds);
  std::vector<double> medians;
  for (size_t i = 0; i < ways.size(); i++) {
    medians.push_back(median(costs[i]));
    std::printf("  %-44s %10.2f   noise %4.1f %%   ratio %.3f (%.3f-%.3f)\n", ways[i].name.c_str(), medians[i],
                100 * (at_share(costs[i], 0.75) - at_share(costs[i], 0.25)) / medians[i], median(ratios[i]), at_share(ratios[i], 0.25),
                at_share(ratios[i], 0.75));
  }
  std::fflush(stdout);
  return medians;
}

}  // namespace rapgo::arguments
