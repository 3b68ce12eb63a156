"""Addresses at which nobody answers; all traffic stays on this machine, but for the question for a name."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

UNKNOWN_HOST = "https://sage-active.invalid"


@contextmanager
def resetting_host() -> Iterator[str]:
    """One that resets every connection as soon as the client has said something, as a broken end of TLS does."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.recv(1024)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
