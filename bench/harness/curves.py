"""Time to peak performance: programs of bench/curves note when each of their equal pieces of work was done, so that one run
gives the whole curve. All contenders do the same number of pieces, and are run in turn."""
import bisect
from dataclasses import dataclass
from statistics import median

from . import suite
from .contenders import environment_of

PIECES = {'loop': 1200, 'objects': 8000, 'collections': 8000, 'phases': 16000}
CONTENDERS = ('mono', 'dotnet9', 'rapgo', 'rapgo-warm')
FIRST, POINTS = 0.02, 60  # seconds; points of a curve, equally far apart on a logarithmic axis


@dataclass
class Curve:
    """Work done over time, from marks in seconds; mark i is when i + 1 pieces were done."""
    marks: list

    def done(self, at):
        """Pieces done at that time, the one in work counted by its share."""
        marks = self.marks
        i = bisect.bisect_right(marks, at)
        if i >= len(marks):
            return float(len(marks))
        before = marks[i - 1] if i else 0.0
        return i + (at - before) / (marks[i] - before) if i and marks[i] > before else float(i)

    def rate(self, begin, end):
        """Pieces per second; None where the program was over before."""
        end = min(end, self.marks[-1])
        return (self.done(end) - self.done(begin)) / (end - begin) if end > begin else None

    def peak(self):
        """The rate over the best eighth of the run; a shorter stretch would show luck."""
        marks, stretch = self.marks, max(1, len(self.marks) // 8)
        starts = range(0, len(marks) - stretch, max(1, stretch // 8))
        return max(stretch / (marks[i + stretch] - marks[i]) for i in starts if marks[i + stretch] > marks[i])

    def time_to(self, share):
        """Seconds until the rate over the next eighth of a second first reaches that share of the peak."""
        target, at = share * self.peak(), 0.0
        while at < self.marks[-1]:
            if (self.rate(at, at + 0.125) or 0) >= target:
                return at
            at += 0.01
        return self.marks[-1]


def parse(output):
    """(checksum line, Curve)."""
    checksum, marks = '', []
    for line in output.splitlines():
        if line.startswith('checksum:'):
            checksum = line
        if line.startswith('marks:'):
            marks = [int(word) / 1e6 for word in line.split()[1:]]
    return checksum, Curve(marks)


def grid(last):
    step = (last / FIRST) ** (1 / POINTS)
    return [FIRST * step ** i for i in range(POINTS + 1)]


def _line(curves, edges):
    points = []
    for begin, end in zip(edges, edges[1:]):
        rates = [rate for curve in curves if (rate := curve.rate(begin, end)) is not None]
        if len(rates) * 2 > len(curves):
            points.append([round((begin * end) ** 0.5, 4), round(median(rates) / 1000, 4)])
    return {'failure': None, 'points': points, 'peak': median(curve.peak() for curve in curves) / 1000,
            'to 90 %': median(curve.time_to(0.9) for curve in curves), 'first second': median(curve.done(1.0) for curve in curves)}


def measure(root, out, contenders, launcher, rounds, names, say=print):
    curves = []
    folder = root / 'bench' / 'curves'
    for name in names:
        exe = out / 'managed' / f'curve-{name}.exe'
        why = suite.compile_managed([folder / f'{name}.cs', folder / 'clock.cs'], exe)
        runs, failures, right = {}, {}, None
        present = [contenders[one] for one in CONTENDERS if not contenders[one].missing]
        for number in range(rounds + 1):  # round 0 fills the store and is not shown
            for contender in present:
                if why or contender.name in failures or (number == 0 and contender.name != 'rapgo-warm'):
                    continue
                words = contender.command + ([f"--cache-dir={out / 'store' / exe.stem}"] if contender.name == 'rapgo-warm' else [])
                run = launcher.run(words + [str(exe), str(PIECES[name])], environment_of(contender), 60)
                checksum, curve = parse(run.output)
                right = right or checksum
                if run.failure or checksum != right:
                    failures[contender.name] = run.failure or 'wrong output'
                    say(f'  curve {name} on {contender.name}: {failures[contender.name]}')
                elif number > 0:
                    runs.setdefault(contender.name, []).append(curve)
        last = max((curve.marks[-1] for made in runs.values() for curve in made), default=1.0)
        lines = {one: _line(made, grid(last)) for one, made in runs.items() if one not in failures}
        lines.update({one: {'failure': failed} for one, failed in failures.items()})
        if why:
            lines = {contender.name: {'failure': why} for contender in present}
        curves.append({'name': name, 'pieces': PIECES[name], 'rounds': rounds,
                       'contenders': {one: lines[one] for one in CONTENDERS if one in lines}})
    return curves
