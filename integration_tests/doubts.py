"""Records of which a write cannot tell whether it has written them, and what a person does about them."""

import re
from collections.abc import Sequence

from integration_tests.connector import Message
from integration_tests.destination import Destination
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

# Why such a record is rejected, and what the message may ask a person to do.
DOUBT, REMOVE = "unknown", "Remove it"


def is_doubt(rejection: Message) -> bool:
    """Whether a line of `rejected.jsonl` is about such a record."""
    return bool(rejection["rejected_reason"] == DOUBT)


def remove_doubtful(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    """Does what the messages ask a person to do."""
    reasons: Sequence[str] = [line["rejected_message"] for line in destination.rejected() if is_doubt(line)]
    with sandbox.store.lock:
        for row_id in re.findall(r"[0-9a-f-]{36}", " ".join(reason for reason in reasons if REMOVE in reason)):
            sandbox.store.table(company.id, "SalesInvoice").pop(row_id, None)
