"""One run of one command: what it cost and whether it printed what it should."""
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from . import suite


@dataclass
class Run:
    wall: float      # milliseconds
    cpu: float       # milliseconds, user and system, all threads
    peak: float      # MiB
    output: str = ''
    failure: str = None

    def figures(self):
        kept = asdict(self)
        del kept['output'], kept['failure']
        return kept


class Launcher:
    def __init__(self, out):
        self.out = out
        self.exe = out / 'native' / 'launch'
        source = Path(__file__).with_name('launch.cpp')
        why = suite.compile_newer(lambda fresh: ['g++', '-std=c++20', '-O2', '-static', '-o', str(fresh), str(source)], [source], self.exe)
        if why:
            raise RuntimeError(why)

    def run(self, words, environment, timeout):
        run, jumped = self._once(words, environment, timeout)
        return self._once(words, environment, timeout)[0] if jumped else run

    def _once(self, words, environment, timeout):
        out, err = self.out / 'stdout', self.out / 'stderr'
        done = subprocess.run([str(self.exe), f'{timeout:.1f}', str(out), str(err)] + words, env=environment,
                              capture_output=True, text=True, check=True)
        status, timed_out, jumped, wall, user, system, peak = map(int, done.stdout.split())
        run = Run(wall / 1000, (user + system) / 1000, peak / 1024, out.read_text(errors='replace'))
        if timed_out:
            run.failure = f'longer than {timeout:.0f} s'
        elif status != 0:
            lines = [line for line in err.read_text(errors='replace').splitlines() if line.strip()]
            run.failure = f'exit status {status}' if status > 0 else f'signal {-status}'
            if lines:
                run.failure += ': ' + lines[0][:160]
        return run, jumped


def check(run, expected):
    """Turns a wrong output into a failure."""
    if run.failure is None and expected is not None and run.output != expected:
        got = run.output.strip().splitlines() or ['nothing']
        run.failure = f'wrong output: {got[-1][:60]}'
    return run
