"""Entry point of the command `source-sage-active`."""

from collections.abc import Callable, Sequence

from sage_active.runtime.start import start


def _launch() -> Callable[[Sequence[str]], int]:
    from source_sage_active.launch import launch  # noqa: PLC0415 - a second of imports that `spec` can do without

    return launch


def run() -> None:
    """Runs one command of the connector."""
    start("source_sage_active", _launch)


if __name__ == "__main__":
    run()
