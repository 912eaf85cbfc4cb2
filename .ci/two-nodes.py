#!/usr/bin/env python3
"""What a delivery costs on one node and on two: on the owner's, on another one, and in bytes between them.

`.ci/two-nodes.py URL WSLOAD [fanout|rooms [one|owner|other|half ...]]`, after mvn -q package -DskipTests; Linux.

URL is a PostgreSQL's, WSLOAD the load generator of shared/bench. All nodes run on core 0, the load on core 1, unless CORES is empty.
Each of ROUNDS (3) windows of SECS (4) is measured after WARM (25) seconds. RATE is messages a second of all senders; without it each
sender waits for its own messages. JAVA starts a node's JVM, DURABILITY is none or sync.
"""
import json, os, re, signal, subprocess, sys, time, urllib.request

URL, WSLOAD, SCENARIO = sys.argv[1], sys.argv[2], (sys.argv[3:] or ['fanout'])[0]
SECS, WARM, ROUNDS = (int(os.environ.get(k, d)) for k, d in (('SECS', 4), ('WARM', 25), ('ROUNDS', 3)))
JAVA = os.environ.get('JAVA', 'java @conf/jvm.options -Xmx1g').split()
ROOMS, PUBS, WINDOW = {'fanout': (1, 10, 4), 'rooms': (20, 1000, 1)}[SCENARIO]
RATE = int(os.environ.get('RATE', 0))
CORES = os.environ.get('CORES', '0 1').split()
TICKS = os.sysconf('SC_CLK_TCK')
WEB, OPS, BUS = 4300, 4400, 4500


def pinned(which, *command):
    return ['taskset', '-c', CORES[which], *command] if CORES else list(command)


class Node:
    def __init__(self, number, of):
        self.web, self.ops, self.bus = WEB + number, OPS + number, BUS + 10 * number
        env = dict(os.environ, MYCELIUM_WEB_PORT=str(self.web), MYCELIUM_OPS_MANAGEMENT_PORT=str(self.ops), MYCELIUM_ACCESS_MODE='open',
                   MYCELIUM_JOURNAL_URL=URL, MYCELIUM_OPS_LOG_LEVEL='error')
        if of > 1:
            env.update(MYCELIUM_CLUSTER_ENABLED='true', MYCELIUM_CLUSTER_HOST='127.0.0.1', MYCELIUM_CLUSTER_PORT=str(self.bus),
                       MYCELIUM_CLUSTER_MEMBERS=','.join(f'127.0.0.1:{BUS + 10 * n}' for n in range(of)))
        self.process = subprocess.Popen(pinned(0, *JAVA, '-jar', 'target/mycelium.jar', 'serve'), env=env)

    def ready(self):
        for _ in range(3000):
            try:
                urllib.request.urlopen(f'http://127.0.0.1:{self.ops}/health/ready').read()
                return
            except OSError:
                time.sleep(.1)
        sys.exit('a node is not ready after 5 minutes')

    def meter(self, name):
        text = urllib.request.urlopen(f'http://127.0.0.1:{self.ops}/metrics').read().decode()
        return sum(float(v) for v in re.findall(rf'^{name}\S* (\S+)$', text, re.M))

    def cpu(self):
        fields = open(f'/proc/{self.process.pid}/stat').read().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def sent_to(self, other):
        """Bytes of TCP on this node's connections to the other's bus."""
        out = subprocess.run(['ss', '-tinH', 'state', 'established', f'dport = :{other.bus}'], capture_output=True, text=True).stdout
        return sum(int(n) for n in re.findall(r'bytes_sent:(\d+)', out))

    def look(self, others):
        return [self.cpu(), self.meter('mycelium_sent_deliveries_total'), sum(self.sent_to(o) for o in others)]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def load(node, instance, share):
    conns = int(1000 * share)
    return subprocess.Popen(
        pinned(1, WSLOAD, '--port', str(node.web), '--path', f'/socket/{instance}/websocket?vsn=2.0.0', '--rooms', str(ROOMS),
         '--conns', str(conns), '--pubs', str(max(1, int(PUBS * share))), *(('--rate', str(RATE * share)) if RATE else ('--window', str(WINDOW))), '--join', '["1","1","room{r}","phx_join",{}]',
         '--joined', '"status":"ok"', '--msg', '["1","{n}","room{r}","push",{"m":"{ts}","p":"{pad}"}]', '--pad', '64', '--secs', '100000',
         '--warm', '0'), stdout=subprocess.DEVNULL)


def run(name, shares):
    nodes = [Node(n, len(shares)) for n in range(len(shares))]
    loads = []
    try:
        [n.ready() for n in nodes]
        instance = f'bench-{os.getpid()}-{time.time_ns() % 1000000}'
        body = {'id': instance, 'type': 'accumulative', 'rooms': {f'room{i}': {} for i in range(ROOMS)},
                'config': {'history': 100, 'presence': 'off', 'durability': os.environ.get('DURABILITY', 'none')}}
        urllib.request.urlopen(urllib.request.Request(f'http://127.0.0.1:{nodes[0].web}/api/v1/instances', json.dumps(body).encode(),
                                                      {'Content-Type': 'application/json'})).read()
        loads = [load(n, instance, s) for n, s in zip(nodes, shares) if s]
        while not all(n.meter('mycelium_sent_deliveries_total') > 1000 for n, s in zip(nodes, shares) if s):
            time.sleep(.5)
        time.sleep(WARM)
        rounds = []
        for _ in range(ROUNDS):
            before, began = [n.look([o for o in nodes if o is not n]) for n in nodes], time.monotonic()
            time.sleep(SECS)
            after, took = [n.look([o for o in nodes if o is not n]) for n in nodes], time.monotonic() - began
            rounds.append([[b - a for a, b in zip(x, y)] for x, y in zip(before, after)] + [took])
        rounds.sort(key=lambda r: sum(n[0] for n in r[:-1]) / sum(n[1] for n in r[:-1]))
        *per, took = rounds[len(rounds) // 2]
        all_ = sum(n[1] for n in per)
        print(f'{name:34} {all_ / took:12,.0f} deliveries/s; CPU per delivery ' + ' + '.join(f'{n[0] / all_ * 1e6:.3f}' for n in per)
              + f' us = {sum(n[0] for n in per) / all_ * 1e6:.3f} us ({", ".join(f"{sum(n[0] for n in r[:-1]) / sum(n[1] for n in r[:-1]) * 1e6:.3f}" for r in rounds)})'
              + '; between nodes ' + ' and '.join(f'{n[2] / all_:.2f}' for n in per) + f' bytes per delivery, {per[0][2] / took / 1e6:.1f} MB/s', flush=True)
    finally:
        [l.kill() for l in loads]
        [n.stop() for n in nodes]


print(f'{SCENARIO}, {os.environ.get("DURABILITY", "none")}, rate {RATE or "as fast as it goes"}, load {os.getloadavg()}')
SETUPS = {'one': ('one node', [1]), 'owner': ('two, all sockets on the owner', [1, 0]), 'other': ('two, all sockets on the other', [0, 1]),
          'half': ('two, half of the sockets on each', [.5, .5])}
for setup in sys.argv[4:] or SETUPS:
    run(*SETUPS[setup])
