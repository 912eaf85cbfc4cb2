"""What the scripts say to a running Mycelium: REST, its meters, and a WebSocket."""
import base64
import http.client
import json
import os
import re
import socket

from .servers import Failure


class Api:
    """One connection to the REST API."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection('127.0.0.1', port, timeout=60)

    def __call__(self, method, path, body=None, expected=(200, 201, 204)):
        self.connection.request(method, '/api/v1' + path, None if body is None else json.dumps(body), {'Content-Type': 'application/json'})
        response = self.connection.getresponse()
        text = response.read().decode()
        if response.status not in expected:
            raise Failure(f'{method} {path}: {response.status} {text[:300]}, expected {expected}')
        return json.loads(text) if text else None


def metrics(port):
    """The text of /metrics at the management port."""
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=30)
    connection.request('GET', '/metrics')
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def meter(text, name):
    """The sum of all lines that begin with that, a regular expression."""
    found = re.findall(rf'^{name} (\S+)$', text, re.M)
    if not found:
        raise Failure(f'/metrics has no {name}')
    return sum(map(float, found))


class Client:
    """An open WebSocket; masks with zeros. `buffer` is what the kernel may receive ahead."""

    def __init__(self, port, instance, buffer=None):
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.connect(('127.0.0.1', port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(f'GET /socket/{instance}/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n'
                            f'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n'.encode())
        if b' 101 ' not in self.until(b'\r\n\r\n'):
            raise Failure(f'a socket to {instance} was not upgraded')

    def joined(self, room='lobby'):
        """The same, once it has joined."""
        self.send('phx_join', {}, room)
        self.until(b'"status":"ok"')
        return self

    def until(self, what):
        got = b''
        while what not in got:
            more = self.socket.recv(65536)
            if not more:
                raise Failure(f'the server closed a socket: {got[-300:]}')
            got += more
        return got

    def send(self, event, payload, room='lobby'):
        self.frame(0x81, json.dumps(['1', '1', room, event, payload], separators=(',', ':')).encode())

    def frame(self, first, payload):
        length = len(payload)
        head = bytes([first, 0x80 | length]) if length < 126 else bytes([first, 0x80 | 126]) + length.to_bytes(2, 'big')
        self.socket.sendall(head + bytes(4) + payload)
