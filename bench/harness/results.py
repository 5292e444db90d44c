"""Everything measured, as one JSON document; tables and page are made from it and from nothing else."""
import os
import time
from pathlib import Path

FORMAT = 1


def machine():
    model = next((line.split(':', 1)[1].strip() for line in Path('/proc/cpuinfo').read_text().splitlines()
                  if line.startswith('model name')), 'unknown processor')
    memory = int(Path('/proc/meminfo').read_text().split()[1]) / (1 << 20)
    return {'cpu': model, 'cores': os.cpu_count(), 'memory GiB': round(memory, 1), 'kernel': os.uname().release}


def load():
    return [round(value, 2) for value in os.getloadavg()]


def _cell(cell):
    figures = {what: [round(value, 3) for value in cell.samples(what)] for what in ('wall', 'cpu', 'peak')}
    return {'failure': cell.failure, 'counts': cell.ours_to_lose, 'checked': cell.checked, **figures}


def collect(schedule, settings, curves, load_before):
    programs = []
    for program in schedule.programs:
        cells = {}
        for name in schedule.contenders:
            cells[name] = {which: _cell(schedule.cells[program.name, name, which])
                           for which in program.sizes if (program.name, name, which) in schedule.cells}
        programs.append({'group': program.group, 'name': program.name, 'sizes': program.sizes, 'flags': sorted(program.flags),
                         'rounds': schedule.done.get(program.name, 0), 'cells': cells})
    return {
        'format': FORMAT,
        'date': time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime()),
        'machine': machine(),
        'load': {'before': load_before, 'after': load()},
        'versions': {name: contender.version for name, contender in schedule.contenders.items()},
        'missing': {name: contender.missing for name, contender in schedule.contenders.items() if contender.missing},
        'settings': settings,
        'programs': programs,
        'curves': curves,
    }


def merge(before, again):
    """The earlier document with the programs of the later one in their places; says which those are."""
    fresh = {program['name']: program for program in again['programs']}
    merged = dict(before, programs=[fresh.get(program['name'], program) for program in before['programs']])
    merged['measured again'] = sorted(set(before.get('measured again', [])) | set(fresh))
    return merged
