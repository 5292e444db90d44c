"""Who runs: commands and versions. A contender that is missing says why and is left out of all ratios."""
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

OURS = ('rapgo', 'rapgo-warm')
ORDER = ('mono', 'mono-cold', 'dotnet9', 'c++', 'rapgo', 'rapgo-warm')  # Mono first: its time sets the others' time-out
WHAT = {
    'rapgo': 'without a store (--cache=off)',
    'rapgo-warm': 'with the store that earlier runs of the same program left',
    'mono': "with Debian's ahead-of-time images",
    'mono-cold': 'without them (-O=-aot)',
    'dotnet9': 'tiered compilation with dynamic PGO, precompiled framework (its defaults)',
    'c++': 'g++ -O3 -march=native -ffp-contract=off',
}


@dataclass
class Contender:
    name: str
    command: list = field(default_factory=list)   # words before the executable
    environment: dict = field(default_factory=dict)
    version: str = ''
    missing: str = None


def _output(command, timeout=300):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    return (done.stdout, None) if done.returncode == 0 else (None, (done.stderr.splitlines() or ['no word why'])[-1])


def find(root, build):
    found = {name: Contender(name) for name in ORDER}

    rapgo = build / 'rapgo'
    version, why = _output([str(rapgo), '--version'])
    commit = _output(['git', '-C', str(root), 'rev-parse', '--short', 'HEAD'])[0]
    for name in OURS:
        found[name].command = [str(rapgo)]
        found[name].version = ' '.join(((version or '').split('\n')[0] + ' ' + (commit or '')).split())
        found[name].missing = why and f'{rapgo} does not run: {why}'
        if not why and not (build / 'rapgo-llvm.so').exists():
            found[name].missing = f'{build}/rapgo-llvm.so is not built'
    found['rapgo'].command.append('--cache=off')

    version, why = _output(['mono', '--version'])
    for name in ('mono', 'mono-cold'):
        found[name].command = ['mono'] if name == 'mono' else ['mono', '-O=-aot']
        found[name].missing = why and f'mono does not run: {why}'
        match = re.search(r'version (\S+)', version or '')
        found[name].version = 'Mono ' + match[1] if match else ''

    where, why = _output([str(root / 'tools/peers/dotnet9'), '--where'])
    dotnet = found['dotnet9']
    dotnet.missing = why and f'tools/peers/dotnet9 cannot fetch it: {why}'
    if where:
        framework = Path(where.strip())
        # Straight at the host: the script's own start is none of .NET's.
        dotnet.command = [str(framework.parent.parent / 'corerun')]
        dotnet.environment = {'CORE_ROOT': str(framework)}
        dotnet.version = '.NET 9.0.7'

    version, why = _output(['g++', '-dumpfullversion'])
    found['c++'].version = 'g++ ' + (version or '').strip()
    found['c++'].missing = why and f'g++ does not run: {why}'
    return found


def command_of(contender, program, which, store):
    """The words that run program at COLD or STEADY size; store: the folder of rapgo-warm's cache for this program."""
    if contender.name == 'c++':
        return [str(program.native)] + program.arguments(which)
    words = list(contender.command)
    if contender.name == 'rapgo-warm':
        words.append(f'--cache-dir={store}')
    return words + [str(program.exe)] + program.arguments(which)


def environment_of(contender):
    kept = {name: os.environ[name] for name in ('PATH', 'HOME', 'USER', 'TMPDIR') if name in os.environ}
    return {**kept, 'LANG': 'C.UTF-8', 'TZ': 'UTC', **contender.environment}


def why_not(contender, program):
    """Why contender does not run program, or None. The second value: whether that is a failure or the program's nature."""
    if f'no-{contender.name}' in program.flags:
        return 'not meant for it', False
    if contender.name == 'c++':
        if 'c++' in program.missing:
            return program.missing['c++'], True
        if program.native is None:
            return 'no twin', False
    elif 'managed' in program.missing:
        return program.missing['managed'], True
    return (contender.missing, True) if contender.missing else (None, False)
