"""What a create settles: open items of documents, with an entry in the journal of a payment method."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The documents whose open items are settled.

    `type`: theirs; `number`, `party`, `status`: members, the second with the third party's id; `open_statuses`: those
    in which something can be settled; `credit`: members and values of those that reduce what is paid; `items`: the list
    of open items; `item_type`: what lists these; `of_item`: the member of one with the id of its document; `amount`,
    `so_far`: its members with what is to be paid and what has been.
    """

    type: str
    number: str
    party: str
    status: str
    open_statuses: frozenset[str]
    credit: Mapping[str, str] = field(hash=False)
    items: str
    item_type: str
    of_item: str
    amount: str = "amount"
    so_far: str = "paidAmountAccumulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFeed:
    """Movements that a bank delivers.

    `type`: theirs; `account`, `amount`, `day`, `status`: members; `final_states`: the statuses of those that no longer
    wait to be linked; `accounts`: the type of bank accounts; `ledger_account`: the member with the account in the
    ledger, of these and of payment methods; `cash`: a member of payment methods and its value where no bank is
    concerned; `days`: how far the day of a movement may be from that of a payment.
    """

    type: str
    account: str
    amount: str
    day: str
    status: str
    final_states: frozenset[str]
    accounts: str
    ledger_account: str = "subAccountId"
    cash: tuple[str, str] = ("type", "CASH")
    days: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How a create settles open items.

    `items`: its list; `item`, `paid`: of its elements, the id of the open item and the amount; `document`, `due`: what
    an element of a record may name instead of the id: the document, and the day on which the item is due; `method`,
    `party`, `day`: its members with the payment method, the third party and the date of the entry; `party_type`: the
    type of third parties; `settled`: the documents; `method_name`, `journal`: the members of a payment method by which
    users name it, and with the journal; `lines`, `debit`, `credit`, `line_party`, `line_account`: where the entry has
    its amounts, and the third party and the account of each; `feed`: what may bring the same money.
    """

    items: str
    item: str
    paid: str
    document: str
    due: str
    method: str
    party: str
    party_type: str
    day: str
    settled: Settled
    lines: str
    debit: str
    credit: str
    line_party: tuple[str, ...]
    line_account: str
    feed: BankFeed
    method_name: str = "referenceName"
    journal: str = "journalTypeId"
