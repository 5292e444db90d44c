"""Medians, ratios and their confidence intervals. No input or output here.

A ratio is ours divided by the peer's, so below 1 we are faster (or smaller). Samples of one round belong together: the
bootstrap resamples rounds, not single runs, so what a round had in common (a busy machine) cancels out of the ratio.
"""
import math
import random
from statistics import median

RESAMPLES = 1000
PENALTY = 10.0  # a cell of ours that is wrong, missing or too slow counts as ten times slower than the peer


def ratio(ours, theirs):
    """Ratio of medians, or None where a median is not positive."""
    a, b = median(ours), median(theirs)
    return a / b if a > 0 and b > 0 else None


def _resampled(ours, theirs, chance):
    pairs = min(len(ours), len(theirs))
    picks = [chance.randrange(pairs) for _ in range(pairs)]
    return ratio([ours[i] for i in picks], [theirs[i] for i in picks])


def _interval(values):
    values = sorted(values)
    return values[int(0.025 * len(values))], values[min(len(values) - 1, int(0.975 * len(values)))]


def ratio_with_interval(ours, theirs, seed=1):
    """(ratio, low, high): a 95 % bootstrap interval; the ends are None with fewer than three rounds."""
    middle = ratio(ours, theirs)
    if middle is None or min(len(ours), len(theirs)) < 3:
        return middle, None, None
    chance = random.Random(seed)
    values = [value for value in (_resampled(ours, theirs, chance) for _ in range(RESAMPLES)) if value is not None]
    return (middle, *_interval(values)) if values else (middle, None, None)


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def mean_with_interval(pairs, penalties=0, seed=1):
    """Geometric mean over programs: pairs of (ours, theirs) samples, and so many cells that count as PENALTY.

    Returns (mean, low, high, programs counted)."""
    measured = [(ours, theirs, value) for ours, theirs in pairs if (value := ratio(ours, theirs)) is not None]
    values = [value for _, _, value in measured] + [PENALTY] * penalties
    middle = geometric_mean(values)
    if middle is None or not measured or any(min(len(ours), len(theirs)) < 3 for ours, theirs, _ in measured):
        return middle, None, None, len(values)
    chance = random.Random(seed)
    means = []
    for _ in range(RESAMPLES):
        drawn = [_resampled(ours, theirs, chance) or value for ours, theirs, value in measured]
        means.append(geometric_mean(drawn + [PENALTY] * penalties))
    return (middle, *_interval(means), len(values))
