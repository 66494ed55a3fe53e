"""Ports on loopback that nobody listens on."""

import random
import socket

# Below the range from which the kernel takes ports for outgoing connections: a daemon that is
# restarted finds its port as it left it.
LOWEST, HIGHEST = 12000, 32000


def is_free(port, addresses=("127.0.0.1", "127.0.0.2")):
    """Whether `port` can be bound at each of the addresses now."""
    for address in addresses:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


class Ports:
    """Hands out ports, each once. Another process may still take one before its daemon does."""

    def __init__(self):
        self._given = set()

    def take(self):
        for _ in range(1000):
            port = random.randrange(LOWEST, HIGHEST)
            if port not in self._given and is_free(port):
                self._given.add(port)
                return port
        raise RuntimeError(f"no free port between {LOWEST} and {HIGHEST} on 127.0.0.1")
