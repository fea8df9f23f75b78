"""Ports for the daemons of tests."""

import random
import socket


def free_port():
    """One on loopback that nobody listens on, below those that the kernel gives to whoever connects: so it is still free
    when a daemon is killed and started again."""
    while True:
        port = random.SystemRandom().randrange(10240, 32768)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
