"""The page about audits, made from the table of checks."""

from typing import Final

from docs.markdown_table import table
from sage_active_cli.audit.check import Check
from sage_active_cli.audit.table import CHECKS

HEAD: Final = """# Audits

`sage-active audit --config config.json` reads the books of each company with the reading engine of the source, over the
direct connection, and holds them against the server's own reports and against themselves. It changes nothing.
`make docs` writes this page from the table of checks in `sage_active_cli/audit/`; a test compares the two.

Every stream that a check needs is read once, with those members alone that checks look at, and `start_date` is ignored.
What stays in memory are sums and the small lists of a company (accounts, exercises, customers …), not rows.

| option | does |
|---|---|
| `--company NAME` | audits this company, by id or exact name; may be repeated. Default: those of the configuration |
| `--since DAY` | leaves out exercises that ended before this day, and documents from before the others |
| `--checks NAMES` | makes these checks only, such as `E10,E11`; fewer checks read fewer streams |
| `--baseline FILE` | compares closed periods with the run that wrote the file (check E12), and writes it anew |
| `--json` | prints everything as JSON instead of tables |

The baseline holds sums of accounts; only its owner can read it.

| exit code | means |
|---|---|
| 0 | no error was found; there may be warnings and notices |
| 1 | an error was found, or the audit could not be made |
| 3 | no error was found, and something could not be compared |

## What a line says

*Passed*: nothing was found. *Found*: so many findings; each names the object, its id and number, what is expected, what
is there, and the difference. *Not comparable*: the line gives the reason. The service may refuse a field that the check
needs, the edition or the user's rights may lack a stream, a report may fail, or something may change during every
attempt. *Not asked for*: the check needs an option. *Not in this market*: it applies elsewhere.

An **error** means that data is missing, doubled or wrong. A **warning** means that the books contradict themselves. A
**notice** is worth a look. Findings are not a judgement on the bookkeeping: entries that people have typed may explain
them.

## How the entries are compared with the reports

The report is asked for before and after the entries are read. An account that is not equal is read again, with its
report before and after, up to three times. It is an error only if it differs while its own report stood still; one
that has changed each time is not comparable. So entries that are booked meanwhile are not an error. The tolerance is
zero.

A report may legitimately show less than all entries: it may leave out provisional carry-forward entries, closing
entries, entries of an unfinished year-end, or accounts without a balance. It may also show third parties instead of
their account, or balances instead of turnovers. The way that explains most is taken, and the line names it.

If an error remains, see first whether the user may see every journal; then read the streams in full.

## The checks

"""


def audit_page() -> str:
    """Every check with what it looks at, its tolerance, and what is not a finding."""
    head = ["check", "severity", "what must hold", "tolerance", "no finding", "streams"]
    return HEAD + table(head, [_cells(check) for check in CHECKS])


def _cells(check: Check) -> list[str]:
    markets = f" (only in {', '.join(sorted(check.markets))})" if check.markets else ""
    option = f" Needs `{check.option}`." if check.option else ""
    return [
        check.name,
        check.severity.value,
        f"{check.title}{markets}.{option}",
        check.tolerance,
        check.exceptions,
        ", ".join(f"`{stream}`" for stream in check.needs),
    ]
