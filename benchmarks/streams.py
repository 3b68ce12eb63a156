"""The streams that runs are made of, from the table of resources: `python -m benchmarks.streams` prints them as JSON.

A process of its own, because the one that measures must stay small.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.measure import BenchmarkError


@dataclass(frozen=True)
class StreamNames:
    """Names in the order of the table, as a company in Germany has them.

    `incremental`: all with dates; `closed`: those of them without open documents; `all`: the others as well, but for
    the two reports that ask for each period or account.
    """

    incremental: list[str]
    closed: list[str]
    all: list[str]


def stream_names() -> StreamNames:
    """Asks a process of its own. Raises `BenchmarkError` when it fails."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.streams"], capture_output=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"the streams cannot be listed: {done.stderr[-2000:]!r}")
    return StreamNames(**json.loads(done.stdout))


def _listed() -> StreamNames:
    from sage_active.direct.contract import Contract  # noqa: PLC0415 - heavy, and needed by this process only
    from sage_active.direct.strategy import strategy_of  # noqa: PLC0415
    from sage_active.markets import DIRECT  # noqa: PLC0415
    from sage_active.resources.resource import ByDate, Windowed  # noqa: PLC0415
    from sage_active.resources.table import offered  # noqa: PLC0415

    contract = Contract()
    apart = {"trial_balance", "report_positions"}
    bindings: dict[str, Any] = {
        resource.name: resource.direct
        for resource in offered(DIRECT)
        if resource.direct and resource.direct.is_in("de") and resource.name not in apart
    }
    incremental = [
        name for name, binding in bindings.items() if isinstance(strategy_of(contract, binding), Windowed | ByDate)
    ]
    return StreamNames(incremental, [name for name in incremental if not bindings[name].open_documents], list(bindings))


if __name__ == "__main__":
    print(json.dumps(asdict(_listed())))
