"""results.md and pictures from the data that is there."""
import json
import statistics

from .plot import chart
from .servers import SERVERS

TITLES = {
    'table': 'Side by side', 'latency': 'Latency against the offered rate', 'room-size': 'CPU against the size of a room',
    'payload': 'CPU against the size of a payload', 'rooms': 'CPU against the number of rooms',
    'memory': 'Memory against sockets', 'history': 'CPU against history (Mycelium)',
    'instances': 'CPU against instances (Mycelium)',
}
# Of each curve: what it is drawn over, what that is called, what is drawn, what that is called, whether that is in powers of ten.
AXES = {
    'latency': ('deliveries_per_s', 'deliveries a second', 'p99_us', 'p99 of a delivery, ms', True),
    'room-size': ('size', 'sockets in the room', 'cpu_us', 'CPU of a delivery, µs', True),
    'payload': ('bytes', 'bytes of payload', 'cpu_us', 'CPU of a delivery, µs', True),
    'rooms': ('rooms', 'rooms of two', 'cpu_us', 'CPU of a delivery, µs', True),
    'memory': ('sockets', 'sockets', 'rss_mb', "the server's memory, MB", True),
    'history': ('history', 'entries in each room', 'cpu_us', 'CPU of a delivery, µs', False),
    'instances': ('instances', 'live instances beside', 'cpu_us', 'CPU of a delivery, µs', False),
}
HEAD = '''# Results

Written by [`docs/performance/compare`](README.md); not by hand. [How to repeat and what each server does](README.md).
'''
FULL = 'full'


def number(value):
    if value is None:
        return '–'
    if abs(value) >= 1000:
        return f'{value:,.0f}'
    return f'{value:.3g}' if abs(value) < 100 else f'{value:.0f}'


def row(cells):
    return '| ' + ' | '.join(cells) + ' |'


def rows(head, lines):
    return [row(head), '|' + '---|' * len(head), *map(row, lines), '']


class Runs:
    """Runs by server and by what was measured; figures are medians of rounds, ratios medians of the rounds' ratios."""

    def __init__(self, runs):
        self.runs = runs
        self.names = [name for name in SERVERS if any(run['server'] == name for run in runs)]

    def of(self, name, **labels):
        return {run['round']: run for run in self.runs
                if run['server'] == name and all(run.get(key) == value for key, value in labels.items())}

    def is_full(self, name, **labels):
        return any(run.get('limit') == 'server' for run in self.of(name, **labels).values())

    def values(self, name, key, labels):
        """By round. Latencies of a load that was at its own limit say nothing of the server."""
        of_load = key in ('p50_us', 'p99_us')
        return {at: run[key] for at, run in self.of(name, **labels).items()
                if run.get(key) is not None and not (of_load and run.get('limit') == 'load')}

    def figure(self, name, key, **labels):
        values = self.values(name, key, labels)
        return statistics.median(values.values()) if values and not self.is_full(name, **labels) else None

    def ratio(self, name, key, **labels):
        """To Bun."""
        own, other = self.values(name, key, labels), self.values('bun', key, labels)
        ratios = [own[at] / other[at] for at in own if other.get(at)]
        if not ratios or self.is_full(name, **labels) or self.is_full('bun', **labels):
            return None
        return statistics.median(ratios)

    def cell(self, name, key, scale=1, **labels):
        if self.is_full(name, **labels):
            return FULL
        value = self.figure(name, key, **labels)
        return number(None if value is None else value * scale)

    def keys(self, key):
        return sorted({run[key] for run in self.runs if run.get(key) is not None})


def table(runs):
    lines = []
    for scenario in dict.fromkeys(run['scenario'] for run in runs.runs if run['scenario'] != 'memory'):
        of_scenario = Runs([run for run in runs.runs if run['scenario'] == scenario])
        for rate in of_scenario.keys('rate'):
            label = {'scenario': scenario, 'rate': rate}
            every = [runs.figure(name, 'deliveries_per_s', **label) for name in runs.names]
            offered = max((each for each in every if each), default=0)
            lines += [f'**`{scenario}`, {number(rate)} pushes/s = {number(offered)} deliveries/s**', '']
            lines += rows(['server', 'CPU µs a delivery', '× Bun', 'share of its core', 'p50 ms', '× Bun', 'p99 ms', '× Bun'], [[
                SERVERS[name].title, runs.cell(name, 'cpu_us', **label), number(runs.ratio(name, 'cpu_us', **label)),
                runs.cell(name, 'core', **label),
                runs.cell(name, 'p50_us', 1e-3, **label), number(runs.ratio(name, 'p50_us', **label)),
                runs.cell(name, 'p99_us', 1e-3, **label), number(runs.ratio(name, 'p99_us', **label))] for name in runs.names])
    label = {'scenario': 'memory'}
    count = next(iter(runs.keys('sockets')[-1:]), 0)
    lines += [f'**Memory of {number(count)} sockets in rooms of 10, on a process that has just become ready**', '']
    lines += rows(['server', 'KB a socket', '× Bun', 'connected in, s', 'MB before'], [[
        SERVERS[name].title, runs.cell(name, 'kb_per_socket', **label), number(runs.ratio(name, 'kb_per_socket', **label)),
        runs.cell(name, 'connect_s', **label), runs.cell(name, 'rss_before_mb', **label)] for name in runs.names])
    return lines


def curve(name, runs, folder):
    x, across, y, up, log_y = AXES[name]
    if name == 'latency':
        return latency(runs, folder)
    points = runs.keys(x)
    drawn = {SERVERS[server].title: [
        (point, runs.figure(server, y, **{x: point})) for point in points
        if runs.figure(server, y, **{x: point}) is not None] for server in runs.names}
    lines = []
    if any(drawn.values()):
        (folder / f'{name}.svg').write_text(chart(TITLES[name], across, up, drawn, log_x=name != 'history', log_y=log_y))
        lines = [f'![{TITLES[name]}](img/{name}.svg)', '']
    if name == 'memory':
        lines += rows(['MB at ' + across, *[number(point) for point in points], 'KB for each socket more'], [
            [SERVERS[server].title, *[runs.cell(server, y, **{x: point}) for point in points], slope(runs, server, points)]
            for server in runs.names])
    else:
        lines += rows([f'{up.split(",")[0]}, µs; {across}', *[number(point) for point in points]], [
            [SERVERS[server].title, *[runs.cell(server, y, **{x: point}) for point in points]] for server in runs.names])
    return lines


def slope(runs, server, points):
    first, last = (runs.figure(server, 'rss_mb', sockets=point) for point in (points[0], points[-1]))
    if first is None or last is None or len(points) < 2:
        return '–'
    return number((last - first) * 1024 / (points[-1] - points[0]))


def latency(runs, folder):
    rates = runs.keys('rate')
    lines = []
    for key, words in (('p50_us', 'p50'), ('p99_us', 'p99')):
        drawn = {}
        for server in runs.names:
            drawn[SERVERS[server].title] = [
                (runs.figure(server, 'deliveries_per_s', rate=rate), runs.figure(server, key, rate=rate) / 1000)
                for rate in rates if runs.figure(server, key, rate=rate) is not None]
        if key == 'p99_us' and any(drawn.values()):
            (folder / 'latency.svg').write_text(chart(TITLES['latency'], 'deliveries a second', 'p99 of a delivery, ms', drawn))
            lines = [f'![{TITLES["latency"]}](img/latency.svg)', '', *lines]
        lines += rows([f'{words} in ms; deliveries/s', *[number(rate * 50) for rate in rates]], [
            [SERVERS[server].title, *[runs.cell(server, key, 1e-3, rate=rate) for rate in rates]] for server in runs.names])
    return lines


def write(out):
    """results.md and img/ of the folder, from its data/."""
    lines = [HEAD]
    (out / 'img').mkdir(parents=True, exist_ok=True)
    for name, title in TITLES.items():
        file = out / 'data' / f'{name}.json'
        if not file.exists():
            continue
        data = json.loads(file.read_text())
        runs = Runs(data['runs'])
        lines += [f'## {title}', '', data['about'], '']
        lines += table(runs) if name == 'table' else curve(name, runs, out / 'img')
        lines += [f'`{data["command"]}`, {data["date"]}, {data["minutes"]} min, rounds: {data["rounds"]}, {data["seconds"]} s a rate, commit {data["commit"]}. '
                  f'{data["machine"]}; the server on one core, the load on another; Java {data["java"]}; load average before: {data["load_before"]}. '
                  f'[Data](data/{name}.json).', '']
        if any(run.get('limit') == 'server' for run in data['runs']):
            lines += [f'“{FULL}”: the server’s core was full at this rate, and deliveries piled up.', '']
        late = sum(run.get('limit') == 'load' for run in data['runs'])
        if late:
            lines += [f'In {late} of {len(data["runs"])} runs the load itself was late (more than 2 % of its pushes by 20 ms): '
                      'their latencies are left out, and their CPU is that of bursts.', '']
        lines += [f'- Not measured: {error.splitlines()[0]}' for error in data['errors']] + ([''] if data['errors'] else [])
    (out / 'results.md').write_text('\n'.join(lines).rstrip() + '\n')
