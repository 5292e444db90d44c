"""The document as one self-contained HTML page: nothing is fetched, no script is run."""
from html import escape

from . import figures, markdown, summary, svg

STYLE = '''
:root { color-scheme: light dark; --back: #fff; --ink: #1c1f24; --soft: #626a75; --rule: #d9dde3; --faster: #2a8a5f; --slower: #c8702a;
  --failed: #c0283c; --rapgo: #c0283c; --rapgo-warm: #d98a1f; --mono: #2f6fb5; --dotnet9: #7a4fc0; --card: #f5f6f8; }
@media (prefers-color-scheme: dark) { :root { --back: #14171b; --ink: #e6e9ed; --soft: #9aa3af; --rule: #333a43; --faster: #47b585; --slower: #e08c48;
  --failed: #ef6072; --rapgo: #ef6072; --rapgo-warm: #f0b355; --mono: #6aa7e8; --dotnet9: #a987ec; --card: #1c2026; } }
body { background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.6em; } h2 { margin-top: 2em; font-size: 1.25em; border-bottom: 1px solid var(--rule); } h3 { font-size: 1em; margin-bottom: .3em; }
p, li { max-width: 75ch; } .soft { color: var(--soft); }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 2px 8px; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; } th:first-child, td:first-child { text-align: left; }
th { font-weight: 600; } tr.all td { font-weight: 600; } .good { color: var(--faster); } .bad { color: var(--slower); } .failed { color: var(--failed); }
.plots { display: flex; flex-wrap: wrap; gap: 1em; } figure { margin: 0; background: var(--card); padding: .6em; border-radius: 6px; max-width: 100%; overflow-x: auto; }
figcaption { font-size: 13px; margin-bottom: .3em; } svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font: 11px system-ui, sans-serif; }
svg .tick, svg .note { fill: var(--soft); } svg .heading, svg .mean { font-weight: 700; } svg .axis { stroke: var(--soft); } svg .grid { stroke: var(--rule); }
svg .whisker { stroke: var(--ink); stroke-width: 1.4; opacity: .7; } svg rect.faster { fill: var(--faster); } svg rect.slower { fill: var(--slower); }
svg rect.failed { fill: none; stroke: var(--failed); stroke-dasharray: 3 2; } svg .curve { fill: none; stroke-width: 2; }
svg .rapgo { stroke: var(--rapgo); } svg .rapgo-warm { stroke: var(--rapgo-warm); stroke-dasharray: 6 3; } svg .mono { stroke: var(--mono); } svg .dotnet9 { stroke: var(--dotnet9); }
.key span { margin-right: 1.2em; } .key b { display: inline-block; width: 1.6em; height: 0; border-top: 3px solid; vertical-align: middle; margin-right: .4em; }
details > summary { cursor: pointer; margin: 1em 0; }
'''


def _cell(made):
    if made.value is None:
        return '<td>–</td>'
    css = 'good' if made.value <= 1 else 'bad'
    tip = f'{made.count} programs' + (f', {made.low:.2f}–{made.high:.2f}' if made.low else '')
    failed = f' <span class="failed">[{made.penalties} ✗]</span>' if made.penalties else ''
    return f'<td class="{css}" title="{tip}">{made.value:.2f}{failed}</td>'


def means(document, clock):
    yield '<div class="wide"><table><tr><th>group</th>' + ''.join(f'<th>{escape(one.measure)}<br>÷ {escape(one.peer)}</th>' for one in summary.COMPARISONS) + '</tr>'
    tables = {one: summary.compare(document, one, clock) for one in summary.COMPARISONS}
    for group in summary.groups(document) + ['all']:
        cells = [_cell(summary.mean([e for e in tables[one] if group in ('all', e.group)])) for one in summary.COMPARISONS]
        yield f'<tr class="{group if group == "all" else ""}"><td>{escape(group)}</td>' + ''.join(cells) + '</tr>'
    yield '</table></div>'


def bars(document, comparison, clock):
    rows = []
    entries = summary.compare(document, comparison, clock)
    for group in summary.groups(document):
        mine = [one for one in entries if one.group == group]
        if not mine:
            continue
        mean = summary.mean(mine)
        rows.append(group)
        for one in mine:
            rows.append((one.program, figures.PENALTY if one.penalty else one.value, one.low, one.high, one.note, ''))
        rows.append(('geometric mean', mean.value, mean.low, mean.high, None, 'mean'))
    return f'<figure><figcaption>{escape(comparison.title)}</figcaption>' + svg.ratio_bars(comparison.title, rows) + '</figure>'


def curve_plots(document):
    if not document['curves']:
        return
    yield '<h2>Time to peak</h2>'
    yield ('<p>Programs of <code>bench/curves</code> do equal pieces of work and note when each is done, from the moment the process was started. '
           'The curve is the rate of work at that time (median over runs), as a part of the best rate that anybody reaches; the time axis is logarithmic.</p>')
    yield '<p class="key">' + ''.join(f'<span><b style="border-color: var(--{name})"></b>{name}</span>' for name in ('rapgo', 'rapgo-warm', 'mono', 'dotnet9')) + '</p>'
    yield '<div class="plots">'
    for curve in document['curves']:
        lines = [(name, name, line['points']) for name, line in curve['contenders'].items() if not line['failure']]
        notes = '; '.join(f"{name}: {line['failure']}" if line['failure'] else f"{name} 90 % after {line['to 90 %']:.2f} s" for name, line in curve['contenders'].items())
        yield f"<figure><figcaption>{escape(curve['name'])}</figcaption>{svg.curves('time to peak: ' + curve['name'], lines)}<figcaption class=\"soft\">{escape(notes)}</figcaption></figure>"
    yield '</div>'


def html_table(lines):
    """A Markdown table as HTML."""
    rows = [[cell.strip() for cell in line.strip('|').split('|')] for line in lines]
    yield '<div class="wide"><table><tr>' + ''.join(f'<th>{escape(cell)}</th>' for cell in rows[0]) + '</tr>'
    for row in rows[2:]:
        yield '<tr>' + ''.join(f'<td class="{"failed" if cell == "✗" else ""}">{escape(cell)}</td>' for cell in row) + '</tr>'
    yield '</table></div>'


def absolute(document, clock):
    table = []
    for line in [*markdown.programs_table(document, clock), '']:
        if line.startswith('|'):
            table.append(line)
            continue
        if table:
            yield from html_table(table)
            table = []
        if line.startswith('###'):
            yield f'<h3>{escape(line.lstrip("# "))}</h3>'


def render(document):
    clock, words = ('cpu', 'CPU time of all threads') if markdown.shared(document) else ('wall', 'Wall clock')
    parts = ['<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
             f'<title>Rapgo side by side with its peers</title><style>{STYLE}</style></head><body>', '<h1>Rapgo side by side with its peers</h1>']
    parts.append('<p class="soft">' + '<br>'.join(escape(line) for line in markdown.heading(document)) + '</p>')
    parts.append('<h2>Geometric means</h2><p>' + ' '.join(escape(line).replace('*', '') for line in list(markdown.method())[:2]) + '</p>')
    parts += ['<h3>Wall clock</h3>', *means(document, 'wall'), '<h3>CPU time of all threads</h3>', *means(document, 'cpu')]
    parts.append('<ul>' + ''.join(f'<li><b>{name}</b>: {escape(what)}</li>' for name, what in summary.MEASURES.items()) + '</ul>')
    parts += curve_plots(document)
    parts.append('<h2>Ratios per program</h2><p>' + words + '; the axis is logarithmic, whiskers are 95 % bootstrap intervals, dashed boxes are cells that failed and count as ten.</p><div class="plots">')
    parts += [bars(document, one, clock) for one in summary.COMPARISONS]
    parts.append('</div><h2>Cells that are wrong or missing</h2>')
    bad = [f'{name}, {which}, on {contender}: {why}' for name, contender, which, why in summary.failures(document)]
    bad += [f'{name} is missing altogether: {why}' for name, why in document['missing'].items()]
    parts.append('<ul>' + ''.join(f'<li class="failed">{escape(line)}</li>' for line in bad) + '</ul>' if bad else '<p>None.</p>')
    parts += ['<details><summary>Medians</summary>', *absolute(document, clock), '</details></body></html>\n']
    return '\n'.join(parts)
