"""What a document adds up to at each rate: the shares are the document, whatever it states of itself."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.plan.amounts.rate_shares import Share, rate_shares
from unit_tests.destination.write_memory import INVOICES, ITEMS

CENTS = st.decimals(min_value=-1000, max_value=1000, places=2)
LINE = st.fixed_dictionaries(
    {"totalQuantity": st.integers(1, 9), "unitPrice": CENTS, "vatPercentage": st.sampled_from([None, 0, 7, "19.00"])}
)


def line(price: str, rate: Any, **more: Any) -> dict[str, Any]:
    """One of quantity 1."""
    return {"totalQuantity": 1, "unitPrice": Decimal(price), "vatPercentage": rate, **more}


def share(rate: Any, net: str, tax: str, total: str) -> Share:
    """The part of a document at a rate."""
    return Share(None if rate is None else Decimal(rate), Decimal(net), Decimal(tax), Decimal(total))


@pytest.mark.parametrize(
    ("document", "shares"),
    [
        ({"lines": [line("100", 19)]}, [share(19, "100", "19", "119")]),
        ({"lines": [line("100", "19.00"), line("50", 19)]}, [share(19, "150", "28.50", "178.50")]),
        (
            {"lines": [line("50", 7), line("100", 19)]},
            [share(19, "100", "19", "119"), share(7, "50", "3.50", "53.50")],
        ),
        ({"lines": [line("100", 19, firstDiscount=10)]}, [share(19, "90", "17.10", "107.10")]),
        # What the lines do not explain belongs to the largest share.
        (
            {"lines": [line("50", 7), line("100", 19)], "totalNet": 149, "totalVat": 22, "totalLiquid": 171},
            [share(19, "99", "18.50", "117.50"), share(7, "50", "3.50", "53.50")],
        ),
        ({"lines": [line("100", None)]}, [share(None, "100", "0", "100")]),
        ({"totalNet": 100, "totalVat": 19, "totalLiquid": 119}, [share(None, "100", "19", "119")]),
    ],
)
def test_a_document_has_a_share_for_each_rate(document: dict[str, Any], shares: list[Share]) -> None:
    assert list(rate_shares(INVOICES, document)) == shares


def test_the_item_tells_the_rate_that_a_line_does_not() -> None:
    referred = {"lines[0].productId": {"salesVatPercentage": 7}}
    (found,) = rate_shares(INVOICES, {"lines": [line("100", None)]}, referred)
    assert found == share(7, "100", "7", "107")


def test_what_is_not_a_document_has_none() -> None:
    assert rate_shares(ITEMS, {"code": "A"}) == ()


@given(lines=st.lists(LINE, max_size=5), net=CENTS, tax=CENTS, total=CENTS)
def test_the_shares_come_to_the_totals(lines: list[Any], net: Decimal, tax: Decimal, total: Decimal) -> None:
    shares = rate_shares(INVOICES, {"lines": lines, "totalNet": net, "totalVat": tax, "totalLiquid": total})
    assert len({found.rate for found in shares}) == len(shares)
    assert [sum(getattr(found, part) for found in shares) for part in ("net", "tax", "total")] == [net, tax, total]
