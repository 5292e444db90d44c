"""Rounds within a budget. One round visits every program once, and every contender in turn within a program, so that a
change of the machine's speed hits all alike; the order of contenders rotates."""
import os
import time
from dataclasses import dataclass, field

from . import suite
from .contenders import OURS, command_of, environment_of, why_not
from .measure import check

SHORT = 120.0           # milliseconds: a run shorter than this is repeated within its round
REPEATS = 3
TIMEOUT_FACTOR = 10     # × Mono's time at the same size
TIMEOUT_LEAST = 10.0    # seconds


@dataclass
class Cell:
    """What one contender did with one program at one size: a list of runs per round, or why there are none."""
    rounds: list = field(default_factory=list)
    failure: str = None
    ours_to_lose: bool = True   # False: not meant for this contender
    checked: bool = False       # against an expected output that is checked in

    def samples(self, what):
        """One figure per round: the middle one of its runs."""
        return [sorted(getattr(run, what) for run in runs)[len(runs) // 2] for runs in self.rounds]


@dataclass
class Budget:
    seconds: float
    least: int
    most: int
    limit: float = float('inf')  # seconds after which nothing more is started, whatever is missing
    started: float = field(default_factory=time.monotonic)

    def spent(self):
        return time.monotonic() - self.started

    def allows(self, done, cost):
        """Whether a program with so many rounds done may start another that takes about cost seconds."""
        if self.spent() > self.limit:
            return False
        return done < self.least or (done < self.most and self.spent() + cost < self.seconds)


class Schedule:
    def __init__(self, bench, out, programs, contenders, launcher, say=print):
        self.bench, self.out, self.programs, self.contenders = bench, out, programs, contenders
        self.launcher, self.say = launcher, say
        self.cells = {}      # (program name, contender name, size name) → Cell
        self.reference = {}  # (program name, size name) → the output that Mono printed, where no expected one is checked in
        self.done = {}       # program name → rounds
        self.cost = {}       # program name → seconds of its last round

    def cell(self, program, contender, which):
        return self.cells.setdefault((program.name, contender, which), Cell())

    def timeout(self, program, which):
        mono = self.cells.get((program.name, 'mono', which))
        alone = max(TIMEOUT_LEAST, TIMEOUT_FACTOR * mono.rounds[0][0].wall / 1000) if mono and mono.rounds else 60.0
        return alone * max(1.0, os.getloadavg()[0] / os.cpu_count())  # where others use the machine, everything takes longer

    def _one(self, program, contender, which):
        run = self.launcher.run(command_of(contender, program, which, self.out / 'store' / program.name),
                                environment_of(contender), self.timeout(program, which))
        right = suite.expected(self.bench, program, which)
        cell = self.cell(program, contender.name, which)
        cell.checked = right is not None
        if right is None:  # then all have to print what the first one did
            right = self.reference.setdefault((program.name, which), run.output) if run.failure is None else None
        return check(run, right)

    def _cell_round(self, program, contender, which):
        cell = self.cell(program, contender.name, which)
        if cell.failure:
            return
        runs = []
        while len(runs) < REPEATS and (not runs or runs[-1].wall < SHORT):
            run = self._one(program, contender, which)
            if run.failure:
                cell.failure = run.failure
                self.say(f'  {program.name} {which} on {contender.name}: {run.failure}')
                return
            run.output = ''
            runs.append(run)
        cell.rounds.append(runs)

    def _fill_store(self, program):
        """What rapgo-warm is warm with: one run at each size, not measured."""
        contender = self.contenders.get('rapgo-warm')
        if contender and not why_not(contender, program)[0]:
            for which in reversed(program.sizes):
                self._one(program, contender, which)

    def program_round(self, program):
        began = time.monotonic()
        number = self.done.get(program.name, 0)
        names = list(self.contenders)
        if number == 0:
            self._prepare(program)
        else:
            turn = number % len(names)
            names = names[turn:] + names[:turn]
        for name in names:
            for which in program.sizes:
                if not (name == 'mono-cold' and which == suite.STEADY):  # its steady state is Mono's
                    self._cell_round(program, self.contenders[name], which)
        self.done[program.name] = number + 1
        self.cost[program.name] = time.monotonic() - began

    def _prepare(self, program):
        for name, contender in self.contenders.items():
            why, is_failure = why_not(contender, program)
            if why:
                for which in program.sizes:
                    cell = self.cell(program, name, which)
                    cell.failure, cell.ours_to_lose = why, is_failure and name in OURS
        self._fill_store(program)

    def warm_up(self, program):
        """Gets everybody's files off the disk."""
        for contender in self.contenders.values():
            if not why_not(contender, program)[0]:
                self.launcher.run(command_of(contender, program, suite.COLD, self.out / 'store' / 'warm-up'),
                                  environment_of(contender), 60)

    def run(self, budget):
        number = 0
        going = True
        while going:
            going = False
            for program in self.programs:
                if budget.allows(self.done.get(program.name, 0), self.cost.get(program.name, 0.0)):
                    self.program_round(program)
                    going = True
            number += 1
            self.say(f'round {number}: {sum(done >= number for done in self.done.values())} of {len(self.programs)} programs, '
                     f'{budget.spent() / 60:.1f} of {budget.seconds / 60:.0f} minutes')
