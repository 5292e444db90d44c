"""From the JSON document to ratios: per program and, as geometric means, per group and over all."""
from dataclasses import dataclass
from statistics import median

from . import figures


@dataclass(frozen=True)
class Comparison:
    measure: str
    ours: str
    peer: str

    @property
    def title(self):
        return f'{self.measure}: {self.ours} ÷ {self.peer}'


COMPARISONS = [
    Comparison('cold', 'rapgo', 'mono-cold'),
    Comparison('cold', 'rapgo', 'dotnet9'),
    Comparison('warm', 'rapgo-warm', 'mono'),
    Comparison('warm', 'rapgo-warm', 'dotnet9'),
    Comparison('steady', 'rapgo', 'mono'),
    Comparison('steady', 'rapgo', 'dotnet9'),
    Comparison('steady', 'rapgo', 'c++'),
    Comparison('memory', 'rapgo', 'mono'),
    Comparison('memory', 'rapgo', 'dotnet9'),
]
MEASURES = {
    'cold': 'the whole process at the small size, nothing compiled before (.NET and Mono keep their precompiled framework unless said otherwise)',
    'warm': 'the whole process at the small size, with what each keeps from before: our store, Debian\'s images, the precompiled framework',
    'steady': 'the time that the large size takes beyond the small one, so without start and most of the warm-up',
    'memory': 'peak resident set at the large size, or at the only one',
}


@dataclass
class Entry:
    """One program in one comparison."""
    program: str
    group: str
    value: float = None   # ratio
    low: float = None
    high: float = None
    ours_ms: float = None
    peer_ms: float = None
    note: str = None      # why there is no ratio
    penalty: bool = False # counts as figures.PENALTY
    samples: tuple = None


def failure(program, contender, measure):
    """(why, counts against us) where a figure is missing, else None."""
    cells = program['cells'].get(contender, {})
    for which in ('cold', 'steady') if measure in ('steady', 'memory') else ('cold',):
        if which in cells and cells[which]['failure']:
            return cells[which]['failure'], cells[which]['counts']
    return None


def samples(program, contender, measure, clock='wall'):
    """One figure per round, or None where this measure has no meaning for that program."""
    cells = program['cells'].get(contender, {})
    cold, steady = cells.get('cold', {}), cells.get('steady', {})
    if measure in ('cold', 'warm'):
        return cold.get(clock) or None
    if measure == 'memory':
        return (steady if steady.get('peak') else cold).get('peak') or None
    return [long - short for short, long in zip(cold.get(clock, []), steady.get(clock, []))] or None


def entry(program, comparison, clock='wall'):
    """None where the comparison has no meaning: no steady size, no twin."""
    made = Entry(program['name'], program['group'])
    if comparison.measure == 'steady' and 'steady' not in program['sizes']:
        return None
    theirs_failed = failure(program, comparison.peer, comparison.measure)
    if theirs_failed:
        if not theirs_failed[1] and comparison.peer == 'c++' and theirs_failed[0] == 'no twin':
            return None
        made.note = f'{comparison.peer}: {theirs_failed[0]}'
    ours_failed = failure(program, comparison.ours, comparison.measure)
    if ours_failed:
        made.note = f'{comparison.ours}: {ours_failed[0]}'
        made.penalty = ours_failed[1]
    if made.note:
        return made
    ours = samples(program, comparison.ours, comparison.measure, clock)
    theirs = samples(program, comparison.peer, comparison.measure, clock)
    if not ours or not theirs:
        made.note = 'not measured'
        made.penalty = not ours and bool(theirs)
        return made
    made.ours_ms, made.peer_ms = median(ours), median(theirs)
    made.value, made.low, made.high = figures.ratio_with_interval(ours, theirs)
    made.samples = (ours, theirs)
    if made.value is None:
        made.note = 'the large size takes no longer than the small one'
    return made


@dataclass
class Mean:
    value: float
    low: float
    high: float
    count: int
    penalties: int


def mean(entries):
    measured = [one.samples for one in entries if one.value is not None]
    penalties = sum(one.penalty for one in entries)
    return Mean(*figures.mean_with_interval(measured, penalties), penalties)


def groups(document):
    seen = []
    for program in document['programs']:
        if program['group'] not in seen:
            seen.append(program['group'])
    return seen


def compare(document, comparison, clock='wall'):
    return [made for program in document['programs'] if (made := entry(program, comparison, clock)) is not None]


def failures(document):
    """Every cell that has no figure and should: (program, contender, size, why)."""
    lines = []
    for program in document['programs']:
        if program['rounds'] == 0:
            lines.append((program['name'], 'all', 'all sizes', 'not measured, the minutes were over'))
            continue
        for contender, cells in program['cells'].items():
            for which, cell in cells.items():
                natural = cell['failure'] in ('no twin', 'not meant for it')
                if cell['failure'] and not natural and contender not in document['missing']:
                    lines.append((program['name'], contender, which, cell['failure']))
    return lines


def unchecked(document):
    return sorted({program['name'] for program in document['programs'] for cells in program['cells'].values()
                   for cell in cells.values() if not cell['failure'] and not cell['checked']})
