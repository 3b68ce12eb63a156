"""A rehearsal's findings as a table; below it, as text, contradictions and leftovers."""

from collections.abc import Iterator, Mapping

from sage_active_cli.console import show, show_rows
from sage_active_cli.doctor.rendering import WIDEST, rendered
from sage_active_cli.rehearse.report import OwnRehearsalReport


def show_report(report: OwnRehearsalReport) -> None:
    """Shows all of it. Raises `OutputLostError` when it is not taken."""
    show(*rendered(report), "", width=WIDEST)
    rows = [
        (count.object, f"{count.before:,}", f"{count.created:,}", "?" if count.after is None else f"{count.after:,}")
        for count in report.counts
    ]
    show_rows(("object", "before", "created", "now"), rows, numbers={"before", "created", "now"})
    show("", *_verdicts(report))


def _verdicts(report: OwnRehearsalReport) -> Iterator[str]:
    if report.earlier:
        yield f"An earlier rehearsal had left {_listed(report.earlier)}: deleted."
    if report.foreign:
        yield f"Not made by a rehearsal, although named like it, and left alone: {_listed(report.foreign)}."
    for leftover in report.leftovers:
        yield (
            f"LEFT: {leftover.object} {leftover.id}: {leftover.why}. Run the command again, which deletes it, "
            "or delete it in Sage Active."
        )
    if report.proved:
        yield "Nothing is left: no record with a trace, and as many of each object as before."
    elif any(count.after is None for count in report.counts):
        yield "Nobody could count what is there now. Run the command again."
    elif not report.leftovers:
        yield (
            "No record with a trace is left, but the counts differ: somebody else writes in this company, or the "
            "records are hidden. Run the command again when nobody does."
        )
    facts = {line.question: line.fact for line in report.lines}
    if report.contradictions:
        contradicted = "; ".join(facts[name] for name in report.contradictions)
        yield f"The connector relies on something else here: {contradicted}. Read these lines before you write."
    if report.unasked:
        yield f"Not everything could be tried: {', '.join(report.unasked)}. Run the command again."
    if report.is_fine:
        yield "Nothing contradicts the connector."


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in counts.items())
