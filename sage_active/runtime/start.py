"""How both commands start: `spec` and `--version` at once from the package, everything else after a lean import.

What these can do without is imported where it is needed.
"""

import gc
import pkgutil
import sys
from collections.abc import Callable, Sequence
from typing import Final

from sage_active.runtime.lost_output import with_output, writing

SECONDS_BETWEEN_TURNS: Final = 0.0005


def start(package: str, load: Callable[[], Callable[[Sequence[str]], int]]) -> None:
    """Answers `spec` and `--version` before anything heavy is imported; else runs what `load` imports, and exits."""
    arguments = sys.argv[1:]
    if arguments in (["spec"], ["--version"]):
        if code := with_output(lambda: _answer(package) if arguments == ["spec"] else _version(package)):
            sys.exit(code)
        return
    from sage_active.runtime.shutdown import soft_ending  # noqa: PLC0415 - `spec` can do without

    with soft_ending(at_once=True):
        sys.exit(with_output(lambda: _launched(load)(arguments)))


def _answer(package: str) -> int:
    specification = pkgutil.get_data(package, "spec.json")
    # None where a package does not come from a loader of files.
    assert specification is not None
    with writing():
        sys.stdout.write('{"type":"SPEC","spec":' + " ".join(specification.decode().splitlines()) + "}\n")
    return 0


def _version(package: str) -> int:
    from importlib.metadata import version  # noqa: PLC0415 - `spec` can do without

    with writing():
        print(f"{package.replace('_', '-')} {version('airbyte-sage-active')}")
    return 0


def _launched(load: Callable[[], Callable[[Sequence[str]], int]]) -> Callable[[Sequence[str]], int]:
    """What `load` imports, imported as fast as it can be."""
    from sage_active.runtime import lean_import  # noqa: PLC0415 - as above
    from sage_active.runtime.large_blocks import give_back_large_blocks  # noqa: PLC0415 - as above

    give_back_large_blocks()
    # The modules stay as long as the process: the collector of garbage need not look through them, now or later.
    gc.disable()
    launch = lean_import.imported(load)
    gc.freeze()
    gc.enable()
    # A thread whose answer has come waits this long for its turn, several times for each page: a latency of our own.
    sys.setswitchinterval(SECONDS_BETWEEN_TURNS)
    return launch
