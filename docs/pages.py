"""Writes the pages of the documentation that are made from the code's tables: `python -m docs.pages`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sage_active.faults import TABLE, Fault
from sage_active.markets import CONNECTION_LABELS, CONNECTIONS
from sage_active.register import CAPABILITIES, OBJECT_BY_NAME, OPERATIONS

FOLDER: Final = Path(__file__).parent
ERRORS: Final = """# Errors

What an answer looks like, what the connector does about it, and what it tells. `make docs` writes this page from the
table in `sage_active/faults.py`; a test compares the two. Words in braces are filled in.

| error | from | seen as | the connector will | kind | cause and remedy |
|---|---|---|---|---|---|
"""
OBJECTS: Final = """# Objects

What each connection offers of each object. `make docs` writes this page from the table in `sage_active/register.py`; a
test compares the two. "Yes" is what the API offers; a star marks what this version of the connector has built.

"""


def errors_page() -> str:
    """The table of faults."""
    return ERRORS + "\n".join(_fault_row(fault) for fault in TABLE) + "\n"


def objects_page() -> str:
    """The table of what each connection offers."""
    columns = [
        f"{CONNECTION_LABELS[connection]}: {operation}" for connection in CONNECTIONS for operation in OPERATIONS
    ]
    lines = [_row("object", *columns), "|---" * (1 + len(columns)) + "|"]
    lines += [_row(name, *_cells(name, offered)) for name, offered in CAPABILITIES.items()]
    return OBJECTS + "\n".join(lines) + "\n"


PAGES: Final = {"errors.md": errors_page, "objects.md": objects_page}


def _fault_row(fault: Fault) -> str:
    apis = ", ".join(sorted(api.value for api in fault.apis))
    words = f"{fault.cause} *{fault.remedy}*"
    return _row(f"`{fault.name}`", apis, fault.seen_as, fault.action.value, fault.kind.value, words)


def _cells(name: str, offered: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [
        f"{words} *" if words == "yes" and name in OBJECT_BY_NAME else words
        for connection in CONNECTIONS
        for operation, words in zip(OPERATIONS, offered[connection], strict=True)
    ]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    for file_name, page in PAGES.items():
        (FOLDER / file_name).write_text(page(), encoding="utf-8")
