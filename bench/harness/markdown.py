"""The document as Markdown tables."""
from statistics import median

from . import figures, summary


def number(value):
    if value is None:
        return '–'
    return f'{value:.0f}' if value >= 100 else f'{value:.1f}' if value >= 10 else f'{value:.2f}'


def interval(value, low, high):
    return number(value) if low is None else f'{number(value)} ({number(low)}–{number(high)})'


def shared(document):
    """Whether others used the machine: more was running than one benchmark with a compiler thread or two."""
    return max(document['load']['before'][0], document['load']['after'][0]) > document['machine']['cores'] + 1


def heading(document):
    machine, settings = document['machine'], document['settings']
    rounds = sorted(program['rounds'] for program in document['programs']) or [0]
    versions = dict.fromkeys(version for version in document['versions'].values() if version)
    yield f"{document['date']} · {', '.join(versions)}."
    yield (f"{machine['cores']} × {machine['cpu']}, {machine['memory GiB']} GiB, Linux {machine['kernel']}; load before "
           f"{document['load']['before'][0]}, after {document['load']['after'][0]}.")
    yield (f"{len(document['programs'])} programs, {rounds[0]} to {rounds[-1]} interleaved rounds each "
           f"(at least {settings['least rounds']}), {settings['minutes']:.0f} minutes in all.")
    if shared(document):
        yield 'The machine was shared while this was measured: trust CPU time more than the clock.'
    if document.get('measured again'):
        yield f"Measured again later: {', '.join(document['measured again'])}."


def method():
    yield 'Ratios are ours ÷ the peer\'s: below 1 Rapgo is faster (or smaller). Medians over rounds; in brackets the 95 % bootstrap interval (rounds resampled, three or more).'
    yield (f'Every output is checked. A cell of ours that is wrong, missing or longer than ten times Mono\'s counts as {figures.PENALTY:.0f} in the means; '
           'where a peer fails, the program is left out of the comparison with that peer. Wall clock first; a second table gives CPU time of all threads.')
    for name, what in summary.MEASURES.items():
        yield f'*{name}*: {what}.'


def means_table(document, clock):
    yield '| group | ' + ' | '.join(one.title for one in summary.COMPARISONS) + ' |'
    yield '|---' * (len(summary.COMPARISONS) + 1) + '|'
    tables = {one: summary.compare(document, one, clock) for one in summary.COMPARISONS}
    for group in summary.groups(document) + ['all']:
        cells = []
        for one in summary.COMPARISONS:
            made = summary.mean([e for e in tables[one] if group in ('all', e.group)])
            cells.append(interval(made.value, made.low, made.high) + (f' [{made.penalties} ✗]' if made.penalties else ''))
        yield f'| {group} | ' + ' | '.join(cells) + ' |'


def programs_table(document, clock):
    names = list(document['versions'])
    for measure, unit in (('cold', 'ms'), ('steady', 'ms'), ('memory', 'MiB')):
        yield ''
        yield f'### {measure}, {unit}'
        yield ''
        yield '| program | ' + ' | '.join(names) + ' |'
        yield '|---|' + '---:|' * len(names)
        for program in document['programs']:
            if measure == 'steady' and 'steady' not in program['sizes']:
                continue
            cells = []
            for name in names:
                failed = summary.failure(program, name, measure)
                natural = failed and not failed[1] and failed[0] in ('no twin', 'not meant for it')
                got = None if failed else summary.samples(program, name, measure, clock)
                cells.append('–' if natural else '✗' if failed else number(median(got)) if got else '–')
            yield f"| {program['group']}/{program['name']} | " + ' | '.join(cells) + ' |'


def render(document):
    lines = ['# Benchmarks side by side with the peers', '']
    lines += [line + '  ' for line in heading(document)]
    lines += ['', *(line + '\n' for line in method()), '## Geometric means, wall clock', '', *means_table(document, 'wall')]
    lines += ['', '## Geometric means, CPU time of all threads', '', *means_table(document, 'cpu')]
    if document['curves']:
        lines += ['', '## Time to peak', '', '| program | contender | peak, work/ms | 90 % of its peak after | work of the first second |', '|---|---|---:|---:|---:|']
        for curve in document['curves']:
            for name, line in curve['contenders'].items():
                if line['failure']:
                    lines.append(f"| {curve['name']} | {name} | ✗ {line['failure']} | | |")
                else:
                    lines.append(f"| {curve['name']} | {name} | {number(line['peak'])} | {line['to 90 %']:.2f} s | {number(line['first second'])} |")
    clock = 'cpu' if shared(document) else 'wall'
    lines += ['', f"## Per program, {'CPU time' if clock == 'cpu' else 'wall clock'}", *programs_table(document, clock)]
    bad = summary.failures(document)
    lines += ['', '## Cells that are wrong or missing', '']
    lines += [f'- {name}, {which}, on {contender}: {why}' for name, contender, which, why in bad] or ['None.']
    lines += [f'- {name} is missing altogether: {why}' for name, why in document['missing'].items()]
    if summary.unchecked(document):
        lines += ['', 'No expected output is checked in for ' + ', '.join(summary.unchecked(document)) + '; all contenders had to agree with Mono.']
    return '\n'.join(lines) + '\n'
