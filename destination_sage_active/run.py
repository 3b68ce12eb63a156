"""Entry point of the command `destination-sage-active`."""

from collections.abc import Callable, Sequence

from sage_active.runtime.start import start


def _launch() -> Callable[[Sequence[str]], int]:
    from destination_sage_active.destination import launch  # noqa: PLC0415 - a second of imports that `spec` can do without

    return launch


def run() -> None:
    """Runs one command of the connector."""
    start("destination_sage_active", _launch)


if __name__ == "__main__":
    run()
