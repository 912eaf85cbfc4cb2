"""The servers that are compared: how each is built, started on its core and ended."""
import functools
import glob
import http.client
import os
import resource
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[3]
PEERS = REPO / 'docs/performance/peers'
WORK = REPO / 'target/peers'
JAR = REPO / 'target/mycelium.jar'
AOT = REPO / 'target/mycelium.aot'
CLASS_PATH = f'{JAR}:{REPO}/target/lib/*'
READY_SECONDS = 60


class Failure(Exception):
    """Something that makes a figure impossible; its words say what and what to do."""


def java(tool='java'):
    home = os.environ.get('JAVA_HOME')
    return f'{home}/bin/{tool}' if home else tool


def descriptors():
    """Raises the limit of open files as far as it may go, for all processes that are started; returns it."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def run(words, **more):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode != 0:
        raise Failure(f'{" ".join(map(str, words))} ended with {done.returncode}:\n{done.stdout[-3000:]}')
    return done.stdout


@dataclass(frozen=True)
class Server:
    """name: on the command line; title: in tables; protocol: of mycelium bench; jit: whether it needs long to be warm."""
    name: str
    title: str
    protocol: str
    jit: bool = False


SERVERS = {each.name: each for each in [
    Server('mycelium', 'Mycelium', 'phoenix', jit=True),
    Server('bun', 'Bun', 'relay'),
    Server('uws', 'uWebSockets.js', 'relay'),
    Server('ws', 'ws', 'relay'),
    Server('vertx', 'Vert.x relay', 'relay', jit=True),
    Server('socketio', 'Socket.IO', 'socketio'),
    Server('colyseus', 'Colyseus', 'colyseus'),
    Server('centrifuge', 'Centrifuge', 'centrifuge'),
]}
NODE = ('bun', 'uws', 'ws', 'socketio', 'colyseus')


def newest(folder):
    return max((each.stat().st_mtime for each in folder.rglob('*') if each.is_file()), default=0)


def build(names):
    """Makes what the servers need and is not there yet, or is older than its source."""
    WORK.mkdir(parents=True, exist_ok=True)
    if not JAR.exists():
        raise Failure(f'{JAR} is not there: mvn -q -B package -DskipTests')
    marker = PEERS / 'node_modules/.package-lock.json'
    if any(name in NODE for name in names) and (
            not marker.exists() or marker.stat().st_mtime < (PEERS / 'package-lock.json').stat().st_mtime):
        print('npm ci (docs/performance/peers)', flush=True)
        # No scripts: all native parts that are used come built inside their packages.
        run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], cwd=PEERS)
        marker.touch()
    if 'centrifuge' in names:
        binary = WORK / 'centrifuge'
        if not binary.exists() or binary.stat().st_mtime < newest(PEERS / 'centrifuge'):
            print('go build (docs/performance/peers/centrifuge; the first time takes minutes)', flush=True)
            run(['go', 'build', '-o', binary, '.'], cwd=PEERS / 'centrifuge',
                env=os.environ | {'GOSUMDB': 'off', 'GOTOOLCHAIN': 'local', 'GOFLAGS': '-mod=readonly'})
    if 'vertx' in names:
        run([java('javac'), '-nowarn', '-cp', CLASS_PATH, '-d', WORK / 'classes', PEERS / 'VertxRelay.java'])
    if 'mycelium' in names and is_for_aot() and (
            not AOT.exists() or AOT.stat().st_mtime < JAR.stat().st_mtime):
        print('.ci/aot-cache', flush=True)
        run(['.ci/aot-cache'], cwd=REPO)


@functools.cache
def java_version():
    """Such as 25.0.3."""
    return subprocess.run([java(), '-version'], capture_output=True, text=True).stderr.split('"')[1]


def is_for_aot():
    return int(java_version().split('.')[0]) >= 25


def command(name, port):
    """The words that start a server, and what its environment has more."""
    env = {'PORT': str(port), 'NODE_ENV': 'production', 'GOMAXPROCS': '1'}
    flags = ['@conf/jvm.options', '-Xmx2g']
    if name == 'mycelium':
        if AOT.exists() and is_for_aot():
            flags.append(f'-XX:AOTCache={AOT}')
        return ([java(), *flags, '-jar', JAR, 'serve', '--port', str(port)],
                {'MYCELIUM_ACCESS_MODE': 'open', 'MYCELIUM_OPS_MANAGEMENT_PORT': '0',
                 'MYCELIUM_LIMITS_MAX_HANDSHAKES_PER_SECOND': '100000'})
    if name == 'vertx':
        return [java(), *flags, '-cp', f'{WORK}/classes:{CLASS_PATH}', 'VertxRelay'], env
    if name == 'centrifuge':
        return [WORK / 'centrifuge'], env
    if name == 'bun':
        # The package brings builds with and without AVX2; npm installs those of this platform.
        found = sorted(glob.glob(str(PEERS / 'node_modules/@oven/bun-*/bin/bun')))
        if not found:
            raise Failure('the npm package bun brought no binary for this platform')
        os.chmod(found[0], 0o755)
        return [found[0], 'run', './bun.js'], env
    return ['node', f'./{name}.js'], env


def free_port():
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


class Running:
    """A server that runs on its core. Use it with `with`; its output is kept in target/peers/NAME.log."""

    def __init__(self, server, core, settings=None):
        self.server = server
        self.port = free_port()
        self.log = WORK / f'{server.name}.log'
        words, more = command(server.name, self.port)
        if server.name == 'mycelium' and not (settings or {}).get('MYCELIUM_JOURNAL_URL'):
            more = more | {'MYCELIUM_JOURNAL_URL': 'memory:'}
        with open(self.log, 'a') as log:
            log.write(f'--- {time.strftime("%F %T")} {" ".join(map(str, words))}\n')
            log.flush()
            self.process = subprocess.Popen(
                ['taskset', '-c', str(core), *map(str, words)], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                env=os.environ | more | (settings or {}), cwd=PEERS if server.name in NODE else REPO)
        self.pid = self.process.pid

    def __enter__(self):
        try:
            self._await_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _await_ready(self):
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            self.check()
            if self._is_ready():
                return
            time.sleep(0.05)
        raise Failure(f'{self.server.title} was not ready after {READY_SECONDS} s: see {self.log}')

    def _is_ready(self):
        try:
            if self.server.name != 'mycelium':
                socket.create_connection(('127.0.0.1', self.port), 1).close()
                return True
            connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=2)
            connection.request('GET', '/health/ready')
            ready = connection.getresponse().status == 200
            connection.close()
            return ready
        except OSError:
            return False

    def check(self):
        """A server that has ended is an error, whatever was measured."""
        code = self.process.poll()
        if code is not None:
            raise Failure(f'{self.server.title} has ended with {code}: see {self.log}')

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'

    def rss_mb(self):
        for line in Path(f'/proc/{self.pid}/status').read_text().splitlines():
            if line.startswith('VmRSS:'):
                return int(line.split()[1]) / 1024
        raise Failure(f'{self.server.title} has ended: see {self.log}')

    def __exit__(self, *ignored):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
