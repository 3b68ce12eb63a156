"""The line of the log that says what a read came to."""

import logging
from datetime import datetime

from sage_active.client import Summary

LOGGER = logging.getLogger("airbyte")


def log_completion(owner: str, stream: str, summary: Summary, began: datetime) -> None:
    """Says what was stated and delivered; what no count proves is called that."""
    LOGGER.info(
        "%s, stream %s: %s, %d delivered, changed since %s, fields left out: %s, %.1f s.",
        owner,
        stream,
        "not provable by a count" if summary.stated is None else f"{summary.stated} rows stated",
        summary.delivered,
        summary.changed_since or "ever",
        ", ".join(summary.dropped) or "none",
        (datetime.now() - began).total_seconds(),
    )
