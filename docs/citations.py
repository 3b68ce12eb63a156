"""Citations of the facts in docs/reference: a page, and headings of it in quotation marks.

In comments and docstrings they look like `(docs/reference/queries.md, "Pages" and "Cursors")`; a line break may be
anywhere in them.
"""

import re
from collections.abc import Iterator
from typing import Final

_HEADING: Final = r'"[^"]+"'
_CITATION: Final = re.compile(rf"docs/reference/([\w-]+\.md)((?:(?:,| and|, and) {_HEADING})*)")
_LINE_BREAK: Final = re.compile(r"\s*\n\s*(?:#:? )?")


def citations(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The citations in a text: name of the page, and the headings (none: the page as a whole)."""
    for match in _CITATION.finditer(_LINE_BREAK.sub(" ", text)):
        yield match[1], _headings(match)


def linked(text: str) -> str:
    """The text with its citations as links from a page in docs/."""
    return _CITATION.sub(lambda match: _links(match[1], _headings(match)), text)


def anchor(heading: str) -> str:
    """The anchor of a heading, as GitHub and Docusaurus make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _headings(match: re.Match[str]) -> tuple[str, ...]:
    return tuple(heading.strip('"') for heading in re.findall(_HEADING, match[2]))


def _links(page: str, headings: tuple[str, ...]) -> str:
    if not headings:
        return f"[{page.removesuffix('.md')}](reference/{page})"
    return ", ".join(f"[{heading}](reference/{page}#{anchor(heading)})" for heading in headings)
