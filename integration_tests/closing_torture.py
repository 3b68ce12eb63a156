"""Closes many drafts under ten workers while the process is killed again and again: numbers must follow the dates.

`python -m integration_tests.closing_torture --drafts 500 --kills 20` prints what it did. It ends with 1 where the
numbers of a series are not in the order of the dates, or a document is missing, there twice, or still a draft.
"""

import argparse
import random
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from integration_tests.destination import Destination, catalog, committed, records, state
from integration_tests.plain_invoices import DIRECT, invoice, over
from integration_tests.rich_records import stored
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

AMOUNTS: Mapping[str, Any] = {"totalNet": 100, "totalVat": 19, "totalLiquid": 119}
CLOSED = [{"stream": "invoices", "object": "invoices", "target_state": "closed"}]
WORKERS = 10
POLL_SECONDS = 0.005
# Writes take their time, so that a process can be killed between two of them.
MUTATION_MILLISECONDS = 10


def dated(number: str, day: str, **more: Any) -> dict[str, Any]:
    """A record of that day, with the amounts that the server will compute."""
    return invoice(number, 100, documentDate=day, **AMOUNTS, **more)


def shuffled(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Records of so many documents in no order; some share a day."""
    rows = [dated(str(number), f"2026-{number % 10 + 1:02}-{number % 7 + 1:02}") for number in range(count)]
    random.Random(seed).shuffle(rows)
    return rows


def disorder(sandbox: Sandbox, company: Company, sent: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is wrong: in each series the numbers follow the dates, and among those of one day the records."""
    position = {row["externalReference"]: at for at, row in enumerate(sent)}
    rows = stored(sandbox, company, "invoices", "externalReference")
    problems = [f"{key} is {row['status']}" for key, row in rows.items() if row["status"] != "Closed"]
    problems += [f"{key} is missing" for key in position.keys() - rows.keys()]
    by_series: dict[str, list[tuple[str, Any, int]]] = {}
    for key, row in rows.items():
        entry = (row["operationalNumber"] or "", row["documentDate"], position[key])
        by_series.setdefault(row["operationalNumberPresetTextId"], []).append(entry)
    for entries in by_series.values():
        by_number = sorted(entries)
        problems += [
            f"{number} of {day} follows a later document"
            for (_, *before), (number, day, at) in pairwise(by_number)
            if before > [day, at]
        ]
    return problems


def killed(sandbox: Sandbox, destination: Destination, lines: Sequence[bytes], closings: int) -> int:
    """Writes in a process of its own and kills it after so many closings; returns its exit code."""
    process = destination.start(catalog(["invoices"]), stdin=-1, stdout=-1, stderr=-1)
    feeder = threading.Thread(target=process.communicate, args=(b"".join(lines),))
    feeder.start()
    while process.poll() is None and committed(sandbox).get("closeSalesInvoice", 0) < closings:
        feeder.join(POLL_SECONDS)
    process.kill()
    feeder.join()
    return process.returncode


def close_under_kills(
    sandbox: Sandbox, company: Company, destination: Destination, rows: Sequence[Mapping[str, Any]], kills: int
) -> list[str]:
    """Closes drafts in runs of which each is killed, and at last in one that is not; returns what is wrong."""
    lines = [*records("invoices", rows), state("invoices", 1)]
    sandbox.switches.mutation_milliseconds = MUTATION_MILLISECONDS
    codes = [killed(sandbox, destination, lines, (at + 1) * len(rows) // (kills + 1)) for at in range(kills)]
    sandbox.switches.mutation_milliseconds = 0
    outcome = destination.write(lines)
    problems = [f"a run ended with {code} before it was killed" for code in codes if code != -9]
    problems += [f"the last run ended with {outcome.code}: {outcome.errors}"] if outcome.code else []
    closings = committed(sandbox)["closeSalesInvoice"]
    problems += [f"{closings} closings of {len(rows)} documents"] if closings != len(rows) else []
    return problems + disorder(sandbox, company, rows)


def main(arguments: Sequence[str]) -> int:
    """Runs it once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drafts", type=int, default=500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with Sandbox(rows=1, companies_per_market=1) as sandbox, tempfile.TemporaryDirectory() as folder:
        company = sandbox.add_company("de")
        destination = over(sandbox, company, Path(folder), DIRECT, streams=CLOSED, num_workers=WORKERS)
        rows = shuffled(options.drafts, options.seed)
        problems = close_under_kills(sandbox, company, destination, rows, options.kills)
    print(f"{options.drafts} drafts closed under {options.kills} kills: {'; '.join(problems) or 'numbers in order'}")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
