"""Rules for payment term lines, whoever owns them (docs/reference/objects.md, "Payment terms")."""

from decimal import Decimal

from sage_active_sandbox.data.reference import REMAINING_ORDER
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import Problems

HUNDRED = Decimal(100)


def complete_terms(lines: list[Row], problems: Problems, path: str = "paymentTermLines") -> None:
    """Fill the defaults, bring the lines in their order, and check percentages and the line that takes the rest."""
    for position, line in enumerate(lines):
        for name, value in (("type", "NONE"), ("condition", "NONE"), ("value", Decimal(0)), ("payDays", [])):
            if line.get(name) is None:
                line[name] = value
        remaining = line["type"] == "REMAINING_AMOUNT"
        if line.get("order") is None:
            line["order"] = REMAINING_ORDER if remaining else position
        if line["type"] == "PERCENTAGE" and not 0 <= line["value"] <= HUNDRED:
            problems.add("outOfRange", f"{path}[{position}].value", allowed="0-100")
        if remaining and line["order"] != REMAINING_ORDER:
            problems.add("remainingNotLast", f"{path}[{position}].order")
    lines.sort(key=lambda line: line["order"])
    if any(line["type"] == "REMAINING_AMOUNT" for line in lines[:-1]):
        problems.add("remainingNotLast", path)
