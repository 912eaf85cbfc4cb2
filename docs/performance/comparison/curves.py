"""What is measured. Each part takes the servers in turn, round after round, so that a machine that drifts meets all alike."""
from dataclasses import dataclass, field

from .client import Api
from .load import Over, bench, figures
from .servers import REPO, SERVERS, WORK, Failure, Running

TABLE = {
    # Rates that the slowest of them carries, and rates that need the fastest ones.
    'fanout': [20, 200],
    'rooms': [200, 2000],
    'small': [1000, 4000],
    'steady': [200, 400],
}


@dataclass
class Session:
    """How all is measured, and what has gone wrong so far."""
    names: list
    rounds: int
    seconds: int
    warm: int
    jit_warm: int
    cores: tuple
    quick: bool
    descriptors: int
    save: object = None
    errors: list = field(default_factory=list)
    runs: list = field(default_factory=list)
    settings: dict = None

    def running(self, name):
        return Running(SERVERS[name], self.cores[0], self.settings)

    def each(self, work, names=None):
        """work(running, keep) for each server in each round; what it keeps is a run of the data, which is saved after each server.

        An error is no figure, and ends only what this server had to do in this round.
        """
        for number in range(self.rounds):
            for name in names or self.names:
                def keep(**values):
                    self.runs.append({'server': name, 'round': number, **values})
                    print('  ' + ' '.join(f'{key}={shown(value)}' for key, value in self.runs[-1].items() if value is not None), flush=True)
                try:
                    with self.running(name) as running:
                        work(running, keep)
                except Failure as failure:
                    print(f'ERROR {failure}', flush=True)
                    self.errors.append(str(failure).replace(f'{REPO}/', ''))
                self.save()

    def bench(self, running, scenario, rates=(), seconds=None, **options):
        return bench(running, self.cores[1], scenario, seconds or self.seconds, self.warm, rates, **options)

    def warm_up(self, running, scenario='small', rate=4000, **options):
        """Load that is not measured, for as long as a server that compiles while it runs needs, of the kind that is measured then; a low rate would never do it."""
        jit = running.server.jit
        try:
            self.bench(running, scenario, [rate if jit else rate / 4], seconds=self.jit_warm if jit else self.warm, **options)
        except Over:
            print('  warm-up was too much', flush=True)

    def point(self, running, keep, scenario, rate, labels, **options):
        """One rate; a server that cannot carry it is kept as that. Returns whose limit was met, None if nobody's."""
        try:
            found = self.bench(running, scenario, [rate], **options)
        except Over as over:
            print(f'  over its limit: {over}', flush=True)
            keep(**labels, rate=rate, limit='server')
            return 'server'
        values = figures(found, found['steps'][0])
        keep(**labels, **values)
        return values['limit']


def shown(value):
    return f'{value:.3g}' if isinstance(value, float) else value


def table(session):
    """Memory on a process that is fresh, and then each scenario at its two rates on the same process."""
    sockets = 500 if session.quick else 5000

    def work(running, keep):
        memory_of(session, running, keep, sockets, scenario='memory')
        session.warm_up(running)
        for scenario, rates in TABLE.items():
            try:
                found = session.bench(running, scenario, rates)
                for step in found['steps']:
                    keep(scenario=scenario, **figures(found, step))
            except Over:
                for rate in rates:
                    session.point(running, keep, scenario, rate, {'scenario': scenario})
    session.each(work)


def memory_of(session, running, keep, sockets, **labels):
    """All by which the process has grown since it was ready: sockets, their rooms, and what its first work leaves behind."""
    before = running.rss_mb()
    found = session.bench(running, 'rooms', [100], seconds=2, rooms=sockets // 10, sockets=10, pushers=1)
    values = figures(found, found['steps'][0])
    keep(**labels, sockets=sockets, rss_before_mb=before, rss_mb=values['rss_mb'], connect_s=values['connect_s'],
         kb_per_socket=(values['rss_mb'] - before) * 1024 / sockets)


def latency(session):
    """20 rooms of 50, until the server's core or the load's is full."""
    rates = [100, 800, 3200] if session.quick else [100, 200, 400, 800, 1600, 2400, 3200, 4800, 6400]

    def work(running, keep):
        session.warm_up(running)
        late = 0
        for rate in rates:
            limit = session.point(running, keep, 'rooms', rate, {})
            # A load that is late once may have been disturbed.
            late = late + 1 if limit == 'load' else 0
            if limit == 'server' or late == 2:
                return
    session.each(work)


def room_size(session):
    """One room; 10,000 deliveries a second whatever its size."""
    sizes = [2, 50, 500] if session.quick else [2, 10, 50, 200, 1000, 5000]

    def work(running, keep):
        session.warm_up(running, 'rooms', 1000, rooms=1, sockets=50, pushers=10)
        for size in sizes:
            session.point(running, keep, 'rooms', 10_000 / size, {'size': size},
                          rooms=1, sockets=size, pushers=min(10, size))
    session.each(work)


def payload(session):
    """10 rooms of 20; 2,000 deliveries a second whatever their size."""
    sizes = [16, 1024, 65_536] if session.quick else [16, 64, 256, 1024, 4096, 16_384, 65_536]

    def work(running, keep):
        for bytes in (64, 16_384):
            session.warm_up(running, 'rooms', 1000, rooms=10, sockets=20, pushers=20, bytes=bytes)
        for size in sizes:
            session.point(running, keep, 'rooms', 100, {'bytes': size},
                          rooms=10, sockets=20, pushers=20, bytes=size)
    session.each(work)


def rooms(session):
    """Rooms of two, of whom one pushes; 4,000 deliveries a second whatever their number, as far as file descriptors allow."""
    most = (session.descriptors - 500) // 2
    counts = [1, 10, 100, 500] if session.quick else [1, 10, 100, 1000, min(5000, most), min(10_000, most)]

    def work(running, keep):
        session.warm_up(running, 'rooms', 4000, rooms=100, sockets=2, pushers=1)
        for count in sorted(set(counts)):
            session.point(running, keep, 'rooms', 2000, {'rooms': count},
                          rooms=count, sockets=2, pushers=1)
    session.each(work)


def memory(session):
    """Each number of sockets on a fresh process, in rooms of 10."""
    for sockets in [200, 1000] if session.quick else [1000, 5000, 10_000]:
        session.each(lambda running, keep: memory_of(session, running, keep, sockets))


def history(session):
    """Mycelium only: the same load on the same five rooms, step after step, while their history on SQLite grows."""
    rate, steps = (2000, 4) if session.quick else (5000, 20)

    def work(running, keep):
        session.warm_up(running)
        found = session.bench(running, 'rooms', [rate] * steps, rooms=5, sockets=2, pushers=2, durability='async')
        length = session.warm * rate // 5
        for step in found['steps']:
            length += step['sent'] // 5
            keep(history=length, **figures(found, step))
    database = WORK / 'history.db'
    for each in WORK.glob('history.db*'):
        each.unlink()
    session.settings = {'MYCELIUM_JOURNAL_URL': f'jdbc:sqlite:{database}'}
    try:
        session.each(work, ['mycelium'])
    finally:
        session.settings = None


def instances(session):
    """Mycelium only: the same load on one instance while more and more others live beside it."""
    counts = [100, 1000] if session.quick else [100, 1000, 10_000, 100_000]

    def work(running, keep):
        made = 0
        session.warm_up(running)
        for count in counts:
            make_instances(running, made, count)
            made = count
            session.point(running, keep, 'small', 2000, {'instances': count})
    session.each(work, ['mycelium'])


def make_instances(running, first, last):
    """Instances with one room each, by REST over one connection; they stay, without sockets."""
    api = Api(running.port)
    for number in range(first, last):
        api('POST', '/instances', {'id': f'idle-{number}', 'type': 'accumulative', 'config': {'presence': 'off'}, 'rooms': {'room0': {}}})


CURVES = {'table': table, 'latency': latency, 'room-size': room_size, 'payload': payload, 'rooms': rooms,
          'memory': memory, 'history': history, 'instances': instances}
