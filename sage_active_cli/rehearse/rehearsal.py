"""One rehearsal: removes what earlier ones have left, plays its scene, and removes that again, however it ends."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sage_active.errors import SageActiveError
from sage_active_cli.doctor.examination import Finding, examined
from sage_active_cli.rehearse.leftovers import SETTLE_SECONDS, Counts, Sweep, count_records, not_looked_at, sweep
from sage_active_cli.rehearse.question import WriteQuestion
from sage_active_cli.rehearse.scene import Scene
from sage_active_cli.rehearse.stage import Stage

LOGGER = logging.getLogger("airbyte")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal came to.

    `earlier`: what earlier ones had left; `created`: how many records it has made, by object; `last`: what became of
    them; `before`, `after`: how many records the company had and has, `after` None where nobody could count.
    """

    findings: Sequence[Finding]
    earlier: Sweep
    created: Counter[str]
    last: Sweep
    before: Counts
    after: Counts | None


def rehearsed(
    stage: Stage, questions: Sequence[WriteQuestion], step: Callable[[], None], settle_seconds: float = SETTLE_SECONDS
) -> Rehearsal:
    """Asks the questions. Raises `SageActiveError` where nothing can be asked at all: then nothing was written."""
    earlier = sweep(stage)
    before, today = count_records(stage)
    try:
        findings = examined(questions, Scene(stage, today), {}, step)
    except BaseException:
        # Somebody is in a hurry, but not to leave things behind.
        for left in _swept(stage, 0.0).left:
            LOGGER.warning(
                "Left behind: %s %s: %s. The next rehearsal removes it.", left.traced.name, left.id, left.why
            )
        raise
    last = _swept(stage, settle_seconds)
    created = Counter(traced.name for traced in stage.created.values())
    return Rehearsal(findings, earlier, created, last, before, _counts(stage))


def _swept(stage: Stage, settle_seconds: float) -> Sweep:
    try:
        return sweep(stage, settle_seconds)
    except SageActiveError as error:
        LOGGER.warning("%s", error)
        return not_looked_at(stage)


def _counts(stage: Stage) -> Counts | None:
    try:
        counts, _ = count_records(stage)
    except SageActiveError as error:
        LOGGER.warning("%s", error)
        return None
    return counts
