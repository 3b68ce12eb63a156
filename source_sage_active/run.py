"""Entry point of the command `source-sage-active`."""

import gc
import sys
from importlib.resources import files
from typing import Final

SECONDS_BETWEEN_TURNS: Final = 0.0005


def run() -> None:
    """Runs one command of the connector; `spec` is answered from the package before anything heavy is imported."""
    arguments = sys.argv[1:]
    if arguments == ["spec"]:
        specification = (files("source_sage_active") / "spec.json").read_text(encoding="utf-8")
        sys.stdout.write('{"type":"SPEC","spec":' + " ".join(specification.splitlines()) + "}\n")
        return
    from source_sage_active import lean_import  # noqa: PLC0415 - nor does it need what follows

    lean_import.prepare()
    from source_sage_active.launch import launch  # noqa: PLC0415 - a second of imports that `spec` can do without

    # The modules stay as long as the process: the collector of garbage need not look through them again and again.
    gc.freeze()
    # A thread whose answer has come waits this long for its turn, several times for each page: a latency of our own.
    sys.setswitchinterval(SECONDS_BETWEEN_TURNS)
    sys.exit(launch(arguments))


if __name__ == "__main__":
    run()
