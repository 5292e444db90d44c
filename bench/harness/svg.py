"""Plots as inline SVG. Colours are CSS classes, so that the page's light and dark styles both apply."""
import math
from html import escape


def _text(x, y, words, css='', anchor='start'):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{css}" text-anchor="{anchor}">{escape(words)}</text>'


def _line(x1, y1, x2, y2, css):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>'


def _svg(width, height, label, parts):
    return (f'<svg viewBox="0 0 {width} {height:.0f}" width="{width}" height="{height:.0f}" role="img" aria-label="{escape(label)}">'
            + ''.join(parts) + '</svg>')


def ratio_bars(label, rows, low=0.1, high=10.0, width=760):
    """rows: (name, value or None, low, high, note, css of the row: '' or 'mean'), or a single string as a heading.

    A bar goes from 1 to the value on a logarithmic axis: to the left where we are faster."""
    left, right, step = 190, 60, 17
    def x(value):
        value = min(max(value, low), high)
        return left + (math.log(value) - math.log(low)) / (math.log(high) - math.log(low)) * (width - left - right)
    height = 30 + step * len(rows) + 8
    parts = []
    for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10):
        if low <= tick <= high:
            parts.append(_line(x(tick), 22, x(tick), height - 6, 'axis' if tick == 1 else 'grid'))
            parts.append(_text(x(tick), 15, f'{tick:g}×', 'tick', 'middle'))
    y = 30
    for row in rows:
        if isinstance(row, str):
            parts.append(_text(4, y + 11, row, 'heading'))
            y += step
            continue
        name, value, from_, to, note, css = row
        parts.append(_text(left - 8, y + 11, name, 'name ' + css, 'end'))
        if value is None:
            parts.append(_text(x(1) + 6, y + 11, note or '–', 'note'))
        else:
            a, b = sorted((x(1), x(value)))
            kind = 'failed' if note else 'faster' if value <= 1 else 'slower'
            parts.append(f'<rect x="{a:.1f}" y="{y + 2}" width="{max(b - a, 1):.1f}" height="{step - 5}" class="{kind} {css}">'
                         f'<title>{escape(name)}: {value:.3f}' + (f' ({from_:.3f}–{to:.3f})' if from_ else '') + '</title></rect>')
            if from_:
                parts.append(_line(x(from_), y + 8, x(to), y + 8, 'whisker'))
            parts.append(_text(width - right + 6, y + 11, f'{value:.2f}', 'value ' + css) if not note else
                         _text(width - right + 6, y + 11, 'failed', 'note'))
            if note:
                parts.append(_text(x(1) + 6, y + 11, note[:60], 'note'))
        y += step
    return _svg(width, height, label, parts)


def curves(label, lines, width=560, height=300):
    """lines: (css, name, [(seconds, rate)]). Time on a logarithmic axis; rates as parts of the best one."""
    left, bottom, top, right = 44, 34, 12, 12
    points = [point for _, _, line in lines for point in line]
    if not points:
        return ''
    first, last = min(p[0] for p in points), max(p[0] for p in points)
    most = max(p[1] for p in points)
    def x(seconds):
        return left + math.log(seconds / first) / math.log(last / first) * (width - left - right)
    def y(rate):
        return height - bottom - rate / most * (height - bottom - top)
    parts = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(_line(left, y(share * most), width - right, y(share * most), 'axis' if share == 0 else 'grid'))
        parts.append(_text(left - 6, y(share * most) + 4, f'{share:g}', 'tick', 'end'))
    for tick in (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50):
        if first <= tick <= last:
            parts.append(_line(x(tick), top, x(tick), height - bottom, 'grid'))
            parts.append(_text(x(tick), height - bottom + 15, f'{tick:g} s', 'tick', 'middle'))
    for css, name, line in lines:
        path = ' '.join(f"{'L' if i else 'M'}{x(s):.1f} {y(r):.1f}" for i, (s, r) in enumerate(line))
        parts.append(f'<path d="{path}" class="curve {css}"><title>{escape(name)}</title></path>')
    return _svg(width, height, label, parts)
