"""The words of the project: names and phrases that it no longer uses, with what it says instead."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
FOLDERS: Final = (
    *("sage_active", "source_sage_active", "destination_sage_active", "sage_active_cli", "sage_active_sandbox"),
    *("unit_tests", "integration_tests", "benchmarks", "docs", "examples", "sql", "dbt"),
)
TEXTS: Final = frozenset({".py", ".md", ".yaml", ".yml", ".toml", ".sql", ".html", ".graphql"})
NAMED: Final = frozenset({"Makefile", "Dockerfile", "spec.json"})
# This module names what nobody else may.
THIS: Final = Path(__file__).resolve()
FEWEST_FILES: Final = 1000

# As classes, functions, modules, variables, parameters and attributes, private or not: what to say instead.
NAMES: Final[Mapping[str, str]] = {
    "place": "binding of a resource; position, path, key",
    "Place": "the same",
    "Asker": "PageFetcher",
    "asker": "fetcher",
    "Fetched": "FetchedPage",
    "fetched": "page",
    "Answer": "Response, Reply, Observation",
    "Patience": "RetryPolicy",
    "Endurance": "CircuitBreaker",
    "Circumstances": "ErrorContext",
    "repeatable": "idempotent",
    "Waiting": "FirstPageCache, DeferredRecords, WaitingDocument",
    "connected": "build_client",
    "carried_out": "run_command",
    "judged": "data_or_raise, verdict",
    "parsed": "parse_utc; settings, options",
    "printed": "format_utc; output",
    "normalised": "normalize_utc",
    "Needed": "UnresolvedReference",
    "prepared": "validate",
    "missing": "missing_required, or missing_ and what is missing",
    "filled": "with_ids",
    "decided": "plan_record; decisions",
    "planned": "SimulatedRows; plan",
    "settle": "flush_outcomes, await_outcome, or what it does",
    "Selected": "StreamSelection",
    "selected": "resolve_companies; selection",
    "those_usable": "usable_companies",
    "told": "reply, message",
    "asked": "requested",
    "made": "result, created",
    "some": "chunk",
    "came": "outcome, delivered",
    "each": "company, or what each one is",
    "own": "what belongs to it",
    "words": "message, text",
    "shown": "output, or a verb",
    "said": "message",
}
# Phrases of any text, lines joined: what to say instead.
PHRASES: Final[Mapping[str, str]] = {
    r"\bmend(?:s|ed|ing)?\b": "fix",
    r"\b(?:has|have|had|having) to\b": "must",
    r"(?<!there )\bis no (?!longer\b)": "is not a",
    r"\bif it stays\b": "if it persists",
    r"\bany ?more\b": "no longer",
    r"\bany longer\b": "no longer",
    r"\bsince ever\b": "full read",
}
# The vendor's server says so, and the stand-in repeats it.
QUOTED: Final = "Either the parameter query or the parameter id has to be set."
PATTERN: Final = re.compile("|".join(f"({phrase})" for phrase in PHRASES), re.IGNORECASE)
# A line's end, with the marks of a comment or of a string that goes on.
LINE_ENDS: Final = re.compile(r" ?[\"']?\n\s*(?:#+ |--+ |\* |> |[rfb]*[\"'])?\s*")


def files() -> list[Path]:
    """Everything that people read, apart from this module."""
    everything = (*ROOT.iterdir(), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*")))
    return sorted(path for path in everything if (path.suffix in TEXTS or path.name in NAMED) and path != THIS)


def bound_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that a module gives to something, with their lines; those that it only uses are of others."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node.lineno
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name, node.lineno
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.ExceptHandler(name=str(name)):
                yield name, node.lineno
            case ast.alias(asname=str(name)):
                yield name, node.lineno


def wrong_names(source: str) -> list[str]:
    """The names of the table that a module binds, each with its line and what to say instead."""
    bound = ((name.strip("_"), line) for name, line in bound_names(ast.parse(source)))
    return [f"{line}: {name} ({NAMES[name]})" for name, line in bound if name in NAMES]


def wrong_phrases(text: str) -> list[str]:
    """The phrases of the table in a text, each with what surrounds it and what to say instead."""
    joined = LINE_ENDS.sub(" ", text.replace(QUOTED, ""))
    instead = tuple(PHRASES.values())
    return [
        f"…{joined[max(0, match.start() - 40) : match.end() + 20]}… ({instead[(match.lastindex or 1) - 1]})"
        for match in PATTERN.finditer(joined)
    ]


def test_no_name_of_former_days_is_left() -> None:
    modules = [path for path in files() if path.suffix == ".py"]
    found = {
        str(path.relative_to(ROOT)): wrong
        for path in modules
        if (wrong := [*wrong_names(path.read_text(encoding="utf-8")), *({path.stem.strip("_")} & NAMES.keys())])
    }
    assert found == {}
    assert len(modules) >= FEWEST_FILES


def test_no_phrase_of_former_days_is_left() -> None:
    found = {
        str(path.relative_to(ROOT)): wrong
        for path in files()
        if (wrong := wrong_phrases(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "class {name}: ...",
        "def _{name}(): ...",
        "def function(*, {name}=1): ...",
        "lambda {name}: 1",
        "{name}: int = 1",
        "for key, {name} in (): ...",
        "[1 for {name} in ()]",
        "({name} := 1)",
        "self._{name} = 1",
        "import module as {name}",
        "with open() as {name}: ...",
        "try: ...\nexcept ValueError as {name}: ...",
        "match 1:\n    case [{name}, *_]: ...",
        "match 1:\n    case [*{name}]: ...",
    ],
)
def test_a_planted_name_is_found_wherever_it_is_bound(source: str) -> None:
    for name in NAMES:
        (found,) = wrong_names(source.format(name=name))
        assert f": {name} (" in found


@pytest.mark.parametrize("source", ["reply.selected", "call(missing=1)", "placed = 1", "from module import words"])
def test_a_name_that_is_only_used_belongs_to_others(source: str) -> None:
    assert wrong_names(source) == []


@pytest.mark.parametrize(
    "text",
    [
        "the user's to mend",
        "It had to wait.",
        '    """Somebody has\n    to look."""',
        "# A line that has\n# to be read.",
        '("it has "\n "to be set")',
        '("it has"\n f" to be set")',
        "Such a reply is no proof.",
        "If it stays, report it.",
        "It cannot be told any more.",
        "no windows any longer",
        "changed since ever",
    ],
)
def test_a_planted_phrase_is_found_across_lines(text: str) -> None:
    assert len(wrong_phrases(text)) == 1


@pytest.mark.parametrize(
    "text", ["There is no stream.", "it is no longer a draft", "where there\nis no pilot", "amend"]
)
def test_right_english_passes(text: str) -> None:
    assert wrong_phrases(text) == []
