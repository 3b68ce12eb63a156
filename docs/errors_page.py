"""Prints docs/errors.md: what can go wrong, what the connector does, and what the user is told; from the table itself.

python -m docs.errors_page > docs/errors.md
"""

from sage_active.faults import TABLE, Fault

HEAD = """# Errors

What an answer looks like, what the connector does about it, and what it tells. `make docs` writes this page from the
table in `sage_active/faults.py`; a test compares the two. Words in braces are filled in.

| error | from | seen as | the connector will | kind | cause and remedy |
|---|---|---|---|---|---|
"""


def row(fault: Fault) -> str:
    """One row of the page's table."""
    apis = ", ".join(sorted(api.value for api in fault.apis))
    cells = (
        f"`{fault.name}`",
        apis,
        fault.seen_as,
        fault.action.value,
        fault.kind.value,
        f"{fault.cause} *{fault.remedy}*",
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def page() -> str:
    """The whole page."""
    return HEAD + "\n".join(row(fault) for fault in TABLE) + "\n"


if __name__ == "__main__":
    print(page(), end="")
