"""Facts about the two APIs are cited by page and heading of docs/reference, and the citations hold."""

import re
from collections import Counter
from pathlib import Path

import pytest

from docs.citations import anchor, citations, linked
from docs.pages import FOLDER

ROOT = FOLDER.parent
REFERENCE = FOLDER / "reference"
INDEX = REFERENCE / "README.md"
PAGES = {page.name: page for page in sorted(REFERENCE.glob("*.md")) if page != INDEX}
FOLDERS = (
    *("sage_active", "source_sage_active", "destination_sage_active", "sage_active_cli", "sage_active_sandbox"),
    *("unit_tests", "integration_tests", "benchmarks", "docs", "examples"),
)
THIS = Path(__file__).resolve()
FILES = {
    file: file.read_text(encoding="utf-8")
    for folder in FOLDERS
    for file in sorted((ROOT / folder).rglob("*"))
    if file.suffix in (".py", ".md") and file != THIS
}
# Notes that a reader of the repository cannot look up.
ELSEWHERE = re.compile(
    r"\b(?:fact|Maesn) sheet|server[ -]notes|facts about Maesn, section|\(sections? \d", re.IGNORECASE
)


def headings(page: Path) -> list[str]:
    """The headings of the second level, in their order."""
    return re.findall(r"^## (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_every_citation_names_a_page_and_a_heading() -> None:
    known = {name: set(headings(page)) for name, page in PAGES.items()} | {INDEX.name: set(headings(INDEX))}
    cited = [
        (str(file.relative_to(ROOT)), page, heading)
        for file, text in FILES.items()
        for page, found in citations(text)
        for heading in found or (None,)
    ]
    assert len({file for file, _, _ in cited}) > len(PAGES), "hardly anything is cited: are citations found?"
    assert not [
        citation
        for citation in cited
        if citation[1] not in known or (citation[2] is not None and citation[2] not in known[citation[1]])
    ]


@pytest.mark.slow
def test_notes_outside_the_repository_are_not_cited() -> None:
    assert not {
        str(file.relative_to(ROOT)): found
        for file, text in FILES.items()
        if (found := ELSEWHERE.findall(re.sub(r"\s*\n\s*(?:#:? )?", " ", text)))
    }


def test_the_index_lists_every_heading_in_its_order() -> None:
    listed = re.findall(r"\[([^\]]+)\]\(([\w-]+\.md)#([\w-]+)\)", INDEX.read_text(encoding="utf-8"))
    expected = [(heading, name, anchor(heading)) for name, page in PAGES.items() for heading in headings(page)]
    assert sorted(listed) == sorted(expected)
    for name, page in PAGES.items():
        assert [heading for heading, linked_page, _ in listed if linked_page == name] == headings(page)


@pytest.mark.parametrize("name", PAGES)
def test_every_section_names_its_sources(name: str) -> None:
    _, *sections = re.split(r"^## ", PAGES[name].read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sections
    assert not [section.partition("\n")[0] for section in sections if section.count("\nSources: ") != 1]


@pytest.mark.parametrize("name", PAGES)
def test_sources_are_those_of_the_index(name: str) -> None:
    known = re.findall(r"^\| ([A-Za-z][^|]*?) \| ", INDEX.read_text(encoding="utf-8").partition("## Sources")[2], re.M)
    for sources in re.findall(r"^Sources: (.*?)(?:\n\n|\Z)", PAGES[name].read_text(encoding="utf-8"), re.M | re.S):
        assert any(source in sources for source in known), sources


@pytest.mark.parametrize("name", PAGES)
def test_headings_of_a_page_differ(name: str) -> None:
    assert not [heading for heading, times in Counter(headings(PAGES[name])).items() if times > 1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('(docs/reference/queries.md, "Cursors").', [("queries.md", ("Cursors",))]),
        (
            'docs/reference/queries.md, "Several\n    # pages" and\n    # "Cost"',
            [("queries.md", ("Several pages", "Cost"))],
        ),
        ('docs/reference/a-b.md, "A", "B" and "C"; docs/reference/c.md.', [("a-b.md", ("A", "B", "C")), ("c.md", ())]),
        ("docs/objects.md", []),
    ],
)
def test_citations_are_found(text: str, found: list[tuple[str, tuple[str, ...]]]) -> None:
    assert list(citations(text)) == found


def test_citations_become_links() -> None:
    text = 'Cost (docs/reference/queries.md, "Cost" and "Pages"; docs/reference/maesn.md).'
    assert linked(text) == (
        "Cost ([Cost](reference/queries.md#cost), [Pages](reference/queries.md#pages); [maesn](reference/maesn.md))."
    )
