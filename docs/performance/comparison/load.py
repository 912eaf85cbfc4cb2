"""One run of mycelium bench against a running server, and whether its figures count."""
import json
import subprocess

from .servers import JAR, REPO, WORK, Failure, java

# Above this share of its core a server has nothing left.
FULL = 0.9
# With a p99 above this, in microseconds, what is offered is more than the server carries.
STALLED_US = 1_000_000
# Above this share of pushes that left more than 20 ms late, latencies are the load's own.
LATE = 0.02


class Over(Exception):
    """The server's core was full and the run was not sound: it cannot carry that rate."""


def bench(running, core, scenario, seconds, warm_up, rates=(), **options):
    """Runs a scenario; returns its JSON. Options are those of mycelium bench, such as rooms=5.

    Raises Over where the server is beyond its limit, and Failure for all else that is wrong.
    """
    out = WORK / f'bench-{running.server.name}.json'
    out.unlink(missing_ok=True)
    words = ['taskset', '-c', str(core), java(), '-XX:+UseSerialGC', '-Xmx4g', '-jar', JAR, 'bench', scenario,
             '--url', running.url, '--protocol', running.server.protocol, '--pid', running.pid,
             '--seconds', seconds, '--warm-up', warm_up, '--json', out]
    if rates:
        words += ['--rate', ','.join(f'{rate:g}' for rate in rates)]
    for name, value in options.items():
        words += ['--' + name.replace('_', '-'), value]
    words = list(map(str, words))
    patience = 120 + warm_up + (seconds + 25) * max(1, len(rates))
    try:
        done = subprocess.run(words, cwd=REPO, capture_output=True, text=True, timeout=patience)
    except subprocess.TimeoutExpired:
        raise Failure(f'{running.server.title}: no end after {patience} s: {" ".join(words[3:])}') from None
    running.check()
    if not out.exists():
        raise Failure(f'{running.server.title}: {" ".join(words[3:])} ended with {done.returncode}:\n{done.stderr[-2000:]}')
    found = json.loads(out.read_text())
    if not found['sound']:
        faults = json.dumps(found['faults'])
        if any(step.get('server_cpu', 0) >= FULL for step in found['steps']):
            raise Over(faults)
        raise Failure(f'{running.server.title} is not sound in {scenario}: {faults}')
    return found


def figures(found, step):
    """What is kept of a step, latencies in microseconds. `limit` is whose limit was met, if any was."""
    late = step['sent_late'] > step['sent'] * LATE
    full = step.get('server_cpu', 0) >= FULL
    stalled = full and step['delivery_us']['p99'] > STALLED_US
    return {
        'rate': step['rate'],
        'deliveries_per_s': step['delivery_us']['count'] / step['seconds'],
        'cpu_us': step.get('server_cpu_us_per_delivery'),
        'core': step.get('server_cpu'),
        'p50_us': step['delivery_us']['p50'],
        'p99_us': step['delivery_us']['p99'],
        'sockets': found['connect']['sockets'],
        'connect_s': found['connect']['seconds'],
        'rss_mb': step.get('server_rss_mb'),
        'limit': 'server' if stalled else 'load' if late else None,
    }
