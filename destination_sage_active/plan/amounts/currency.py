"""The currency of a record: only the company's own can be written.

Sage Active has organizations in EUR only, and its documents carry no currency (docs/reference/documents.md,
"Currency"): an amount in another one would be taken for EUR.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Final

from destination_sage_active.plan.content.parts import with_lines
from destination_sage_active.plan.content.shapes import structure
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.record.spelling import letters
from sage_active.writing import Row, WriteModel, is_uuid

HOME: Final = "EUR"
# How people write it: code, number (ISO 4217), names and sign.
HOME_FORMS: Final = frozenset({HOME, "978", "EURO", "EUROS", "€"})
# Members that state the currency of the record itself, however they are spelt.
MEMBERS: Final = frozenset(
    {
        *("currency", "currencycode", "currencyid", "currencyname", "currencysymbol", "currencykey"),
        *("currencyiso", "currencyisocode", "isocurrency", "isocurrencycode", "waers", "waehrung", "währung"),
        *("devise", "codedevise", "divisa", "moneda", "documentcurrency", "documentcurrencycode"),
        *("invoicecurrency", "invoicecurrencycode", "pricecurrency", "pricecurrencycode"),
    }
)
# Members of an object that stands for a currency, by preference.
OF_OBJECT: Final = ("code", "isocode", "iso", "currencycode", "currency", "value", "symbol", "name", "id")
# Factors between currencies; only 1 says that there is but one.
RATES: Final = frozenset(
    {"exchangerate", "currencyrate", "conversionrate", "fxrate", "currencyfactor", "exchangefactor"}
)
WORD: Final = re.compile(r"[^\W\d_]+|€|\d+")
CODE: Final = re.compile(r"[A-Za-z]{3}")
LENGTH_OF_NUMBER: Final = 3


def is_about_currency(name: str) -> bool:
    """Whether a member is looked at for what it says of a currency."""
    return letters(name) in MEMBERS or letters(name) in RATES


class Verdict(Enum):
    """What a member says about the currency."""

    NOTHING = "nothing"
    HOME = "the company's"
    OTHER = "another"
    # The id that another system gives a currency.
    UNCLEAR = "unclear"


def in_home_currency(model: WriteModel, record: dict[str, Any]) -> dict[str, Any]:
    """The record, in which a currency that the API takes is named as it expects it.

    Raises `Rejected` where the record, or one of its lines, is in another currency.
    """
    for path, part in with_lines(model, record):
        for name, value in part.items():
            if letters(name) in MEMBERS and _verdict(name, value) is Verdict.OTHER:
                reason = f"is not {HOME}: only organizations in {HOME} are supported"
                raise Rejected(f"{path}{name}", reason, "currency")
    accepted = {letters(writable.name): writable.name for writable in model.fields if letters(writable.name) in MEMBERS}
    if not accepted:
        return record
    given = {accepted[letters(name)]: _named(value) for name, value in record.items() if letters(name) in accepted}
    return {**record, **{name: HOME if text else None for name, text in given.items()}}


def other_currencies(model: WriteModel, record: Row) -> Iterator[str]:
    """The members that speak of a second currency, or of one that cannot be told: they are not written."""
    for prefix, part in with_lines(model, record):
        path = re.sub(r"\d+", "", prefix)
        for name, value in part.items():
            known = letters(name)
            if known in RATES:
                is_second = _is_factor(value)
            elif known in MEMBERS:
                is_second = _verdict(name, value) is Verdict.UNCLEAR
            else:
                is_second = "currency" in known and _verdict(name, value) is Verdict.OTHER
            if is_second:
                yield f"{path}{name}"


def _verdict(name: str, value: Any) -> Verdict:
    text = _named(value)
    tokens = WORD.findall(text.upper())
    if not text:
        return Verdict.NOTHING
    if tokens and all(word in HOME_FORMS for word in tokens):
        return Verdict.HOME
    if CODE.fullmatch(text):
        return Verdict.OTHER
    is_id = is_uuid(text) or letters(name).endswith("id") or (text.isdigit() and len(text) != LENGTH_OF_NUMBER)
    return Verdict.UNCLEAR if is_id else Verdict.OTHER


def _named(value: Any) -> str:
    """The text that names a currency; blank where nothing does."""
    value = structure(value) if isinstance(value, str) else value
    if isinstance(value, Mapping):
        parts = {letters(name): inner for name, inner in value.items()}
        return next((text for name in OF_OBJECT if (text := _named(parts.get(name)))), "")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return next((text for element in value if (text := _named(element))), "")
    return "" if value is None or isinstance(value, bool) else str(value).strip()


def _is_factor(value: Any) -> bool:
    """Whether a rate is a number other than 1; 0 stands for none."""
    try:
        return value is not None and not isinstance(value, bool) and Decimal(str(value).strip() or 0) not in (0, 1)
    except InvalidOperation:
        return False
