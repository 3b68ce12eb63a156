"""Goes through the sandbox's sign-in page as a browser does: follows redirects, sends the form with a button."""

import re
import socket
import threading
from collections.abc import Callable
from html import unescape
from urllib.parse import urljoin

import requests

SIGN_IN, REFUSE = "Sign in", "Refuse"
LONGEST_SECONDS = 20.0


def free_port() -> int:
    """A port for the redirect address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def press(address: str, button: str = SIGN_IN) -> requests.Response:
    """The page that the browser ends up on."""
    return _pressed(address, button, follows=True)


def end_of(address: str) -> str:
    """The address that a browser is sent to after the sign-in, and cannot open."""
    return _pressed(address, SIGN_IN, follows=False).headers["Location"]


def _pressed(address: str, button: str, *, follows: bool) -> requests.Response:
    page = requests.get(address, timeout=LONGEST_SECONDS)
    page.raise_for_status()
    form = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text))
    fields = {unescape(name): unescape(value) for name, value in form.items()}
    if button == REFUSE:
        fields["deny"] = "1"
    action = re.search(r'<form method="post" action="([^"]*)">', page.text)
    assert action, page.text
    url = urljoin(page.url, unescape(action[1]))
    return requests.post(url, data=fields, timeout=LONGEST_SECONDS, allow_redirects=follows)


class Browser:
    """Stands for `webbrowser.open`: visits the address in a thread of its own, as a browser is a program of its own."""

    def __init__(self, visit: Callable[[str], object] = press) -> None:
        self.addresses: list[str] = []
        self._visit = visit

    def open(self, address: str) -> bool:
        """Opens the address."""
        self.addresses.append(address)
        threading.Thread(target=self._visit, args=(address,), daemon=True).start()
        return True
