"""The suite: what bench/*.table says (suite.table explains the columns and flags), compiled.

Flags beyond those there: source=FILE and twin=FILE, from the project's root, for programs that lie elsewhere; no-PEER for
a contender that cannot run the program by its nature. A comment "// mcs: WORDS" at a program's top adds compiler options.
"""
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

COLD, STEADY = 'cold', 'steady'
MCS = ['mcs', '-nologo', '-langversion:latest', '-optimize+', '-unsafe', '-warn:0']
GXX = ['g++', '-std=c++20', '-O3', '-march=native', '-ffp-contract=off', '-pthread']


@dataclass
class Program:
    group: str
    name: str
    sizes: dict            # COLD or STEADY → size as text; STEADY missing where there is none
    flags: set = field(default_factory=set)
    options: dict = field(default_factory=dict)
    exe: Path = None       # set by build(), as are the next two
    native: Path = None
    words: list = field(default_factory=list)  # arguments before the size
    missing: dict = field(default_factory=dict)  # 'managed' or 'c++' → why it could not be built

    def arguments(self, which):
        size = self.sizes[which]
        return self.words if size == '-' else self.words + [size]


class TableError(Exception):
    pass


def parse_table(text, where='table'):
    programs = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split('#')[0].split()
        if not words:
            continue
        if len(words) < 4:
            raise TableError(f'{where}:{number}: GROUP NAME COLD_SIZE STEADY_SIZE [FLAG...] expected')
        group, name, cold, steady = words[:4]
        flags = {word for word in words[4:] if '=' not in word}
        options = dict(word.split('=', 1) for word in words[4:] if '=' in word)
        sizes = {COLD: cold} if steady == '-' else {COLD: cold, STEADY: steady}
        programs.append(Program(group, name, sizes, flags, options))
    names = [program.name for program in programs]
    for name in names:
        if names.count(name) > 1:
            raise TableError(f'{where}: {name} stands there twice')
    return programs


def read_tables(bench):
    programs = []
    for table in sorted(bench.glob('*.table')):
        programs += parse_table(table.read_text(), table.name)
    return programs


def made_tiny(programs):
    """The same programs at the sizes of their tiny=N flags, for tests of outputs; those without stay as they are."""
    for program in programs:
        if 'tiny' in program.options:
            program.sizes = {COLD: program.options['tiny']}
    return programs


def expected(bench, program, which):
    """The output that program must print at that size; None where nobody has settled it."""
    size = program.sizes[which]
    file = bench / 'expected' / (program.name if size == '-' else f'{program.name}.{size}')
    return file.read_text() if file.exists() else None


def extra_options(source):
    for line in source.read_text(errors='replace').splitlines():
        if not line.startswith('//'):
            break
        if line.startswith('// mcs:'):
            return line.split(':', 1)[1].split()
    return []


def compile_newer(command, sources, target):
    """Runs command(fresh target) if a source is newer than the target; returns why it failed, or None."""
    if target.exists() and all(target.stat().st_mtime > source.stat().st_mtime for source in sources):
        return None
    fresh = target.parent / 'new' / target.name  # under its own name, which an assembly remembers
    fresh.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command(fresh), capture_output=True, text=True)
    if done.returncode != 0:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if 'error' in line]
        return f'{sources[0].name} does not compile: ' + (lines or ['no word why'])[0]
    fresh.rename(target)
    return None


def compile_managed(sources, target, options=()):
    words = [str(source) for source in sources]
    return compile_newer(lambda fresh: MCS + list(options) + [f'-out:{fresh}'] + words, sources, target)


def _generated(program, generator, out):
    """Runs NAME.generate, as the flag generate=N says; returns (source file, why it failed)."""
    made = out / 'generated' / f'{program.name}.cs'
    count = program.options['generate']
    return made, compile_newer(lambda fresh: ['sh', '-c', '"$0" "$1" > "$2"', str(generator), count, str(fresh)], [generator], made)


def _build_one(root, out, program):
    scratch = out / 'scratch'
    scratch.mkdir(parents=True, exist_ok=True)
    if 'args' in program.options:
        program.words = program.options['args'].replace('@DIR@', str(scratch)).replace('@BENCH@', str(root / 'bench')).split(',')
    if 'exe' in program.options:
        program.exe = Path(program.options['exe'])
        if not program.exe.exists():
            program.missing['managed'] = f'{program.exe} does not exist'
        return
    folder = root / 'bench' / 'programs' / program.group
    source = root / program.options['source'] if 'source' in program.options else folder / f'{program.name}.cs'
    why = None
    if 'generate' in program.options:
        source, why = _generated(program, source.with_suffix('.generate'), out)
    elif not source.exists():
        why = f'{source.relative_to(root)} does not exist'
    program.exe = out / 'managed' / f'{program.name}.exe'
    why = why or compile_managed([source], program.exe, extra_options(source))
    if not why and 'library' in program.flags:
        library = folder / f'{program.name}.library.cs'
        why = compile_managed([library], program.exe.with_name(f'{program.name}.library.dll'),
                              ['-target:library', f'-r:{program.exe}'])
    if why:
        program.missing['managed'] = why
    twin = root / program.options['twin'] if 'twin' in program.options else folder / f'{program.name}.cpp'
    if twin.exists():
        program.native = out / 'native' / program.name
        headers = list((root / 'bench' / 'programs').glob('*.h'))
        why = compile_newer(lambda fresh: GXX + [f'-I{root}/bench/programs', '-o', str(fresh), str(twin)], [twin] + headers, program.native)
        if why:
            program.missing['c++'] = why


def build(root, out, programs, jobs):
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda program: _build_one(root, out, program), programs))
