"""What can be deleted, and what is answered to it. These come last: what they try is gone afterwards."""

from typing import Final

from sage_active.writing import Operation
from sage_active_cli.doctor.parts import NotSeenError, Parts
from sage_active_cli.doctor.question import Meaning, Observation
from sage_active_cli.rehearse.deletion import delete
from sage_active_cli.rehearse.question import WriteQuestion
from sage_active_cli.rehearse.refusals import ACCEPTED, classify_reply, refusals
from sage_active_cli.rehearse.scene import Scene
from sage_active_cli.rehearse.traces import CUSTOMERS, INVOICES


def _used(scene: Scene, _: Parts) -> Observation:
    customer = scene.invoice.sent["customerId"]
    return classify_reply(scene.stage.send(Operation.DELETE, CUSTOMERS, {"id": customer}))


def _reply(scene: Scene, _: Parts) -> Observation:
    stage, row_id = scene.stage, scene.invoice.id
    is_as_stated = delete(stage, INVOICES, row_id)
    try:
        stage.row(INVOICES, row_id, "id")
    except NotSeenError:
        return Observation("id" if is_as_stated else "no_id")
    return Observation("still_there")


DELETIONS: Final = (
    WriteQuestion(
        name="deletion_of_used",
        fact="deletion of a customer that a draft names",
        sources="not documented",
        outcomes={
            **refusals("deletes no customers"),
            ACCEPTED: Meaning("accepted: the draft names nobody now", "deletes no customers"),
        },
        unseen="customer, or no invoice",
        ask=_used,
    ),
    WriteQuestion(
        name="deletion_reply",
        fact="reply to a deletion",
        sources="not published; the id is assumed",
        outcomes={
            "id": Meaning("the id", "takes a second draft of one mark back so"),
            "no_id": Meaning("not the id; the draft is gone", "cannot take second drafts back", contradicts=True),
            "still_there": Meaning("the draft is still there", "cannot take second drafts back", contradicts=True),
        },
        unseen="invoice",
        ask=_reply,
    ),
)
