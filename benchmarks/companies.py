"""The companies of the benchmarks' servers."""

from collections.abc import Mapping
from typing import Any, Final


def company_id(number: int) -> str:
    """The id of one of several companies, counted from 1."""
    return f"c0000000-0000-4000-8000-{number:012d}"


def organization(number: int) -> Mapping[str, Any]:
    """What the direct API's list says of it."""
    return {
        "id": company_id(number),
        "status": "READY",
        "onboardingCompleted": True,
        "legislationCode": "DE",
        "socialName": f"Bench {number} GmbH",
    }


COMPANY: Final = company_id(1)
ORGANIZATION: Final = organization(1)
