"""Records of files that are attached to whatever a company of the sandbox has, and their bytes."""

import base64
import random
from typing import Any, Final

from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

Data = dict[str, Any]
EXTENSIONS: Final = ("pdf", "png", "xml", "")
MOST_BYTES: Final = 3000


def content(number: int) -> bytes:
    """The bytes of a file: any, and no two files have the same."""
    chance = random.Random(number)
    return chance.randbytes(chance.randrange(1, MOST_BYTES)) + number.to_bytes(2, "big")


def of(_: Sandbox, company: Company, __: str, count: int) -> list[Data]:
    """The first `count` records, each of which carries its file; all belong to the company."""
    return [
        {
            "id": f"file-{number}",
            "entityType": "ORGANIZATION",
            "entityId": company.id,
            "fileName": f"Beleg “{number}”",
            "type": EXTENSIONS[number % len(EXTENSIONS)],
            "content_base64": base64.b64encode(content(number)).decode(),
            "businessDate": f"2026-03-{number % 28 + 1:02}",
            "comment": f"für Müller & Söhne, {number}",
        }
        for number in range(count)
    ]
