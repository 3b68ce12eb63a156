"""The records that a rehearsal plays with, each made when a question first needs it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any, Final

from sage_active.faults import Concern
from sage_active.resources.resource import Member
from sage_active.writing import Refused, Row
from sage_active_cli.doctor.parts import NotSeenError
from sage_active_cli.doctor.root_fields import page
from sage_active_cli.rehearse.parties import ABROAD, DOCUMENT_IDS, FREE_CODES, party, vat_number
from sage_active_cli.rehearse.stage import Stage, id_or_raise
from sage_active_cli.rehearse.traces import BILLS, CUSTOMERS, INVOICES, ITEMS, SUPPLIERS, Traced

LINES: Final = 3
# In cents, and in hundredths of a cent.
PRICES: Final = range(100, 200)
DOWNWARDS: Final = (Decimal("0.35"), Decimal("0.48"))
HUNDRED: Final = Decimal(100)
BASES: Final = (Decimal("100.00"), Decimal("50.00"))
ACCOUNT: Final = "defaultAccountingAccountId"
ACCOUNT_TYPES: Final = {CUSTOMERS.name: Member("CUSTOMER"), SUPPLIERS.name: Member("PROVIDER")}


@dataclass(frozen=True, slots=True)
class Made:
    """A record that is there. `sent`: with what it was created."""

    id: str
    sent: Row


@dataclass(slots=True)
class Scene:
    """What the questions of one rehearsal play with. `today`: the server's.

    Each property raises what the record was refused with when it is first needed, and `NotSeenError` from then on.
    """

    stage: Stage
    today: date
    _created: dict[str, Made | None] = field(default_factory=dict)

    @property
    def customer(self) -> Made:
        """A customer at home."""
        return self._once("customer", lambda: self._party(CUSTOMERS, "customer", self.code(), DOCUMENT_IDS))

    @property
    def supplier(self) -> Made:
        """A supplier at home."""
        return self._once("supplier", lambda: self._party(SUPPLIERS, "supplier", self.code(), {}))

    @property
    def customer_abroad(self) -> Made:
        """A customer in another country of VIES, with a VAT number."""
        number = self.vat_number
        document = {"documentId": number} if self.stage.company.market in DOCUMENT_IDS else {}
        values = {**self.abroad(), "vatNumber": number, **document}
        return self._once("customer abroad", lambda: self._first(CUSTOMERS, self._with_account(CUSTOMERS, [values])))

    @property
    def item(self) -> Made:
        """An item with the usual rate."""
        trace = self.stage.trace
        return self._once("item", lambda: self._first(ITEMS, [{"code": trace, "name": f"{trace} item"}]))

    @property
    def rate(self) -> Decimal:
        """The rate of the item, in percent."""
        rate = amount_of(self.stage.row(ITEMS, self.item.id, "salesVatPercentage"), "salesVatPercentage")
        if rate is None:
            raise NotSeenError
        return rate

    @property
    def invoice(self) -> Made:
        """A draft of equal lines, whose VAT tells how it was rounded."""
        return self._once("invoice", lambda: self._invoice(self.customer, telling_price(self.rate), LINES))

    @property
    def invoice_abroad(self) -> Made:
        """A draft of one line, for the customer abroad."""
        return self._once("invoice abroad", lambda: self._invoice(self.customer_abroad, HUNDRED, 1))

    @property
    def bill(self) -> Made:
        """A draft with two VAT lines of one rate, without treatments."""
        return self._once("bill", lambda: self._first(BILLS, [self.bill_values()]))

    @property
    def vat_number(self) -> str:
        """The VAT number of the customer abroad."""
        return vat_number(self.stage.trace)

    def code(self, suffix: str = "") -> Row:
        """A code of a third party, where codes may have letters; nothing elsewhere."""
        return {"code": f"{self.stage.trace}{suffix}"} if self.stage.company.market in FREE_CODES else {}

    def abroad(self) -> dict[str, Any]:
        """A customer in another country of VIES, without numbers."""
        return {**party(f"{self.stage.trace} customer abroad", ABROAD), **self.code("-2")}

    def bill_values(self) -> Row:
        """The bill; its lines come to its total."""
        rate = self.rate
        lines = [{"totalVatBase": base, "totalVat": base * rate / HUNDRED, "vatPercentage": rate} for base in BASES]
        return {
            "supplierId": self.supplier.id,
            "invoiceNumber": self.stage.trace,
            "invoiceDate": self.today.isoformat(),
            "totalLiquid": sum(line["totalVatBase"] + line["totalVat"] for line in lines),
            "vatLines": lines,
        }

    def lines(self, price: Decimal, count: int) -> list[Row]:
        """Lines of an invoice: one piece of the item each."""
        return [{"productId": self.item.id, "totalQuantity": 1, "unitPrice": price} for _ in range(count)]

    def _invoice(self, customer: Made, price: Decimal, count: int) -> Made:
        name = {"socialName": customer.sent["socialName"]} if self.stage.company.market == "FR" else {}
        values = {
            "customerId": customer.id,
            "documentDate": self.today.isoformat(),
            "remarks": self.stage.trace,
            "lines": self.lines(price, count),
            **name,
        }
        return self._first(INVOICES, [values])

    def _party(self, traced: Traced, what: str, codes: Row, document_ids: Row) -> Made:
        market = self.stage.company.market
        base = party(f"{self.stage.trace} {what}", market)
        numbers = {"documentId": document_ids[market]} if market in document_ids else {}
        # What is refused with more is tried with less.
        members = product(_with_and_without(numbers), _with_and_without(codes))
        return self._first(traced, self._with_account(traced, [{**base, **number, **code} for number, code in members]))

    def _with_account(self, traced: Traced, values: Iterable[Row]) -> Iterator[Row]:
        """Each of these, and with the account that a company without a default one wants."""
        for without in values:
            yield without
            kind = ACCOUNT_TYPES[traced.name]
            accounts = self.stage.ask(
                {"accounts": page("accountingAccounts", "id", where={"subAccountType": {"eq": kind}})}
            )
            yield from ({**without, ACCOUNT: row["id"]} for row in accounts.rows("accounts"))

    def _first(self, traced: Traced, attempts: Iterable[Row]) -> Made:
        """The first of these records that the server takes. Raises the first refusal if it takes none of them."""
        refusals = []
        for values in attempts:
            reply = self.stage.attempt(traced, values)
            if not isinstance(reply, Refused) or reply.error.fault.concerns is not Concern.RECORD:
                return Made(id_or_raise(reply), values)
            refusals.append(reply.error)
        raise refusals[0]

    def _once(self, name: str, make: Callable[[], Made]) -> Made:
        if name not in self._created:
            self._created[name] = None
            self._created[name] = make()
        found = self._created[name]
        if found is None:
            raise NotSeenError
        return found


def amount_of(row: Row, member: str) -> Decimal | None:
    """An amount of a row, exact; None where there is none."""
    value = row.get(member)
    return None if value is None else Decimal(value)


def telling_price(rate: Decimal) -> Decimal:
    """A price of which `LINES` pieces have a cent more of VAT when it is rounded once than line by line.

    Raises `NotSeenError` where no price shows the difference: a rate of 0.
    """
    low, high = DOWNWARDS
    for price in PRICES:
        if low < price * rate / HUNDRED % 1 < high:
            return price / HUNDRED
    raise NotSeenError


def _with_and_without(members: Row) -> tuple[Row, ...]:
    return (members, {}) if members else ({},)
