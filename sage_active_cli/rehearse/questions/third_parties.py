"""Customers, suppliers and items: their codes, the numbers that must be unique, and what the service fills in."""

from typing import Final

from sage_active.writing import Done, Row
from sage_active_cli.doctor.parts import NotSeenError, Parts
from sage_active_cli.doctor.question import Meaning, Observation
from sage_active_cli.rehearse.deletion import delete
from sage_active_cli.rehearse.parties import ABROAD, party
from sage_active_cli.rehearse.question import WriteQuestion
from sage_active_cli.rehearse.refusals import ACCEPTED, classify_reply, refusals
from sage_active_cli.rehearse.scene import ACCOUNT, Scene
from sage_active_cli.rehearse.stage import id_or_raise, refusal_of
from sage_active_cli.rehearse.traces import CUSTOMERS, ITEMS, SUPPLIERS

CODE: Final = "code"


def _code(scene: Scene, _: Parts) -> Observation:
    code = scene.stage.row(CUSTOMERS, scene.customer.id, CODE).get(CODE)
    sent = scene.customer.sent.get(CODE)
    if sent is None:
        return Observation("refused_code" if scene.code() else "numbered")
    return Observation("kept" if code == sent else "replaced")


def _account(scene: Scene, _: Parts) -> Observation:
    if ACCOUNT in scene.customer.sent:
        return Observation("mandatory")
    found = scene.stage.row(CUSTOMERS, scene.customer.id, ACCOUNT).get(ACCOUNT)
    return Observation("filled" if found else "none")


def _without_document(values: Row) -> Row:
    """A second record: what would be refused for another reason is left out."""
    return {name: value for name, value in values.items() if name != "documentId"}


def _code_again(scene: Scene, _: Parts) -> Observation:
    code = scene.stage.row(CUSTOMERS, scene.customer.id, CODE).get(CODE)
    if not code:
        raise NotSeenError
    reply = scene.stage.attempt(CUSTOMERS, {**_without_document(scene.customer.sent), CODE: code})
    if isinstance(reply, Done) and scene.stage.row(CUSTOMERS, reply.id, CODE).get(CODE) != code:
        return Observation("renumbered")
    return classify_reply(reply)


def _without_vat_number(scene: Scene, _: Parts) -> Observation:
    account = {name: value for name, value in scene.customer.sent.items() if name == ACCOUNT}
    reply = scene.stage.attempt(CUSTOMERS, {**scene.abroad(), **account})
    if refusal_of(reply):
        return Observation("mandatory")
    # The customer abroad gets its code.
    delete(scene.stage, CUSTOMERS, id_or_raise(reply))
    return Observation("optional")


def _vat_number_again(scene: Scene, _: Parts) -> Observation:
    first = scene.customer_abroad.sent
    return classify_reply(scene.stage.attempt(CUSTOMERS, {**_without_document(first), **scene.code("-3")}))


def _vat_number_of_both(scene: Scene, _: Parts) -> Observation:
    number, supplier = scene.customer_abroad.sent["vatNumber"], scene.supplier.sent
    values = {
        **_without_document(supplier),
        **party(f"{scene.stage.trace} supplier abroad", ABROAD),
        **scene.code("-4"),
    }
    reply = scene.stage.attempt(SUPPLIERS, {**values, "vatNumber": number})
    return (
        Observation("apart")
        if refusal_of(reply) is None
        else Observation("together", names=classify_reply(reply).names)
    )


def _item(scene: Scene, _: Parts) -> Observation:
    code = scene.stage.row(ITEMS, scene.item.id, CODE).get(CODE)
    return Observation("kept" if code == scene.item.sent[CODE] else "replaced")


def _item_again(scene: Scene, _: Parts) -> Observation:
    return classify_reply(scene.stage.attempt(ITEMS, scene.item.sent))


_REJECTS: Final = "rejects the second record, with the service's reason"
_TWICE: Final = Meaning("accepted: it is there twice", "may make two, if two runs write at once", contradicts=True)
THIRD_PARTIES: Final = (
    WriteQuestion(
        name="customer_code",
        fact="code of a new customer",
        sources="automatic or by hand; automatic in Germany",
        outcomes={
            "numbered": Meaning("assigned by the service", "finds customers by their codes"),
            "kept": Meaning("kept as it was sent", "finds customers by their codes"),
            "replaced": Meaning(
                "replaced by another one", "needs another `key`: `documentId` or `vatNumber`", contradicts=True
            ),
            "refused_code": Meaning("refused: codes are automatic", "needs another `key`: `documentId` or `vatNumber`"),
        },
        unseen="customer",
        ask=_code,
    ),
    WriteQuestion(
        name="default_account",
        fact="account of a new customer",
        sources="in Germany required, unless the company has a default",
        outcomes={
            "filled": Meaning("filled in", "can leave it out"),
            "none": Meaning("left empty", "can leave it out"),
            "mandatory": Meaning("must be sent", "rejects records without it: add `defaultAccountingAccount`"),
        },
        unseen="customer",
        ask=_account,
    ),
    WriteQuestion(
        name="customer_code_again",
        fact="the same code for a second customer",
        sources="not documented",
        outcomes={
            **refusals(_REJECTS),
            "renumbered": Meaning(
                "taken under another code", "needs another `key`: `documentId` or `vatNumber`", contradicts=True
            ),
            ACCEPTED: _TWICE,
        },
        unseen="customer with a code",
        ask=_code_again,
    ),
    WriteQuestion(
        name="vat_number_missing",
        fact="customer in another VIES country, without a VAT number",
        sources="recommended, or mandatory",
        outcomes={
            "optional": Meaning("accepted", "can leave it out"),
            "mandatory": Meaning("refused", "rejects records without it, with the service's reason"),
        },
        unseen="customer",
        ask=_without_vat_number,
    ),
    WriteQuestion(
        name="vat_number_again",
        fact="the same VAT number for a second customer",
        sources="unique in a company",
        outcomes={**refusals(_REJECTS), ACCEPTED: _TWICE},
        unseen="customer abroad",
        ask=_vat_number_again,
    ),
    WriteQuestion(
        name="vat_number_of_both",
        fact="a customer's VAT number for a supplier",
        sources="silent: one register for both, or one for each",
        outcomes={
            "apart": Meaning("accepted", "writes a customer and a supplier of one number"),
            "together": Meaning("refused", "rejects the second: leave the number out of one of them"),
        },
        unseen="customer abroad, or no supplier",
        ask=_vat_number_of_both,
    ),
    WriteQuestion(
        name="item_code",
        fact="code of a new item",
        sources="required",
        outcomes={
            "kept": Meaning("kept as it was sent", "finds items by their codes"),
            "replaced": Meaning("replaced by another one", "would make it again on each run", contradicts=True),
        },
        unseen="item",
        ask=_item,
    ),
    WriteQuestion(
        name="item_code_again",
        fact="the same code for a second item",
        sources="not documented",
        outcomes={**refusals(_REJECTS), ACCEPTED: _TWICE},
        unseen="item",
        ask=_item_again,
    ),
)
