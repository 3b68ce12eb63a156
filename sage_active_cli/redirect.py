"""The redirect address: where the browser comes back to, as it is registered for the app.

Source: docs/reference/objects.md, "Unified names".
"""

from typing import Final

DEFAULT_PORT: Final = 8401


def redirect_uri(port: int = DEFAULT_PORT) -> str:
    """The address for a port of this machine."""
    return f"http://127.0.0.1:{port}/callback"
