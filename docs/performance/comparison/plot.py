"""Lines over two axes as SVG, readable on a phone, in light and dark. Only the standard library."""
import math
from html import escape

WIDTH, HEIGHT = 480, 460
LEFT, RIGHT, TOP, BOTTOM = 66, 34, 44, 140
# Okabe and Ito's colours, which colour-blind people can tell apart; the dashes tell them apart in print.
COLOURS = ['#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#808080', '#a0522d']
DASHES = ['', '', '', '', '7 4', '7 4', '7 4', '7 4']
STYLE = ('<style>svg{background:#fff;color:#1a1a1a}text{fill:currentColor}.g{stroke:currentColor;stroke-opacity:.15}'
         '@media(prefers-color-scheme:dark){svg{background:#16181d;color:#e6e6e6}}</style>')


def label(value):
    if value >= 1000:
        return f'{value:,.0f}'.replace(',', '\u2009')
    return f'{value:g}'


def linear(highest):
    """Round steps from 0 to at least the highest value."""
    power = 10 ** math.floor(math.log10(max(highest, 1e-9)))
    step = next(power * part for part in (0.2, 0.5, 1, 2) if highest / (power * part) <= 6)
    return [step * number for number in range(math.ceil(highest / step) + 1)]


def powers(lowest, highest):
    first = math.floor(math.log10(lowest))
    return [10.0 ** power for power in range(first, max(first + 1, math.ceil(math.log10(highest))) + 1)]


class Axis:
    def __init__(self, values, logarithmic, low, high):
        values = [each for each in values if each > 0] or [1]
        self.ticks = powers(min(values), max(values)) if logarithmic else linear(max(values))
        self.change = math.log10 if logarithmic else float
        self.first, self.last = self.change(self.ticks[0]), self.change(self.ticks[-1])
        self.low, self.high = low, high

    def at(self, value):
        share = (self.change(max(value, self.ticks[0])) - self.first) / (self.last - self.first)
        return self.low + share * (self.high - self.low)


def chart(title, across, up, lines, log_x=True, log_y=True):
    """lines: name -> [(x, y)]. The order is that of the colours."""
    lines = {name: sorted(points) for name, points in lines.items() if points}
    x = Axis([point[0] for points in lines.values() for point in points], log_x, LEFT, WIDTH - RIGHT)
    y = Axis([point[1] for points in lines.values() for point in points], log_y, HEIGHT - BOTTOM, TOP)
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" font-size="15">',
           f'<title>{escape(title)}</title>', STYLE, f'<text x="{LEFT}" y="26" font-size="17">{escape(title)}</text>']
    for tick in y.ticks:
        svg.append(f'<path class="g" d="M{LEFT} {y.at(tick):.1f}H{WIDTH - RIGHT}"/>'
                   f'<text x="{LEFT - 6}" y="{y.at(tick) + 5:.1f}" text-anchor="end">{label(tick)}</text>')
    for tick in x.ticks:
        # A long last one would leave the picture.
        centre = min(x.at(tick), WIDTH - 4.5 * len(label(tick)))
        svg.append(f'<path class="g" d="M{x.at(tick):.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
                   f'<text x="{centre:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{label(tick)}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    svg.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - BOTTOM + 42}" text-anchor="middle">{escape(across)}</text>')
    svg.append(f'<text x="16" y="{middle:.0f}" text-anchor="middle" transform="rotate(-90 16 {middle:.0f})">{escape(up)}</text>')
    for number, (name, points) in enumerate(lines.items()):
        svg += line(number, name, [(x.at(one), y.at(two)) for one, two in points])
    return '\n'.join(svg) + '\n</svg>\n'


def line(number, name, points):
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    stroke = f'stroke="{colour}" stroke-width="{3.5 if number == 0 else 2}"' + (f' stroke-dasharray="{dash}"' if dash else '')
    path = 'M' + 'L'.join(f'{x:.1f} {y:.1f}' for x, y in points)
    yield f'<path d="{path}" fill="none" {stroke}/>'
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
    left, top = 16 + number % 3 * 156, HEIGHT - 74 + number // 3 * 26
    yield f'<path d="M{left} {top}h22" {stroke}/><text x="{left + 28}" y="{top + 5}">{escape(name)}</text>'
