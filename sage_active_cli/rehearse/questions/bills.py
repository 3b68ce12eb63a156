"""Drafts of bills: how they are found again, what they are taxed with, and numbers that are there twice."""

from decimal import Decimal
from typing import Final

from sage_active.writing import Row
from sage_active_cli.doctor.parts import NotSeenError, Parts
from sage_active_cli.doctor.question import Meaning, Observation
from sage_active_cli.rehearse.question import WriteQuestion
from sage_active_cli.rehearse.questions.invoices import REMOVALS, is_intracommunity, removal
from sage_active_cli.rehearse.refusals import ACCEPTED, classify_reply, refusals
from sage_active_cli.rehearse.scene import Scene, amount_of
from sage_active_cli.rehearse.traces import BILLS

TREATMENT: Final = "taxTreatmentId"


def _draft(scene: Scene, _: Parts) -> Observation:
    status = scene.stage.row(BILLS, scene.bill.id, "status").get("status")
    return Observation("draft" if BILLS.is_deletable({"status": status}) else "final", str(status))


def _key(scene: Scene, _: Parts) -> Observation:
    stage = scene.stage
    model = stage.writer.model(BILLS.resource)
    (name,) = model.keys
    value = model.key_value(name, scene.bill.sent)

    def look() -> Row | None:
        rows = stage.writer.find(BILLS.resource, stage.company, name, [value], fresh=True)
        return next((row for row in rows if row["id"] == scene.bill.id), None)

    found, is_late = stage.eventually(look)
    return Observation("missing" if found is None else "late" if is_late else "found")


def _treatment(scene: Scene, _: Parts) -> Observation:
    lines = scene.stage.row(BILLS, scene.bill.id, f"vatLines {{ {TREATMENT} }}").get("vatLines") or ()
    if not lines:
        raise NotSeenError
    treatment = lines[0].get(TREATMENT)
    if treatment is None:
        return Observation("none")
    return Observation("intracommunity" if is_intracommunity(scene.stage, str(treatment)) else "domestic")


def _removed(scene: Scene, _: Parts) -> Observation:
    *_kept, last = scene.bill.sent["vatLines"]
    total = amount_of(scene.bill.sent, "totalLiquid") or Decimal()
    rest = total - last["totalVatBase"] - last["totalVat"]
    return removal(scene.stage, BILLS, scene.bill.id, "vatLines", totalLiquid=rest)


def _number_again(scene: Scene, _: Parts) -> Observation:
    return classify_reply(scene.stage.attempt(BILLS, scene.bill.sent))


BILL_QUESTIONS: Final = (
    WriteQuestion(
        name="bill_draft",
        fact="a new bill",
        sources="a draft",
        outcomes={
            "draft": Meaning("is a draft", "leaves it so, unless `final_acts` allows more"),
            "final": Meaning("is not a draft", "makes each bill final at once: write none", contradicts=True),
        },
        unseen="bill",
        ask=_draft,
    ),
    WriteQuestion(
        name="bill_key",
        fact="look-up of a bill by supplier, number and year",
        sources="in the schema; nobody has tried",
        outcomes={
            "found": Meaning("finds the draft at once", "finds bills by them"),
            "late": Meaning("finds the draft a little later", "needs seconds between runs: set `settle_seconds`"),
            "missing": Meaning("does not find it", "would create bills again on each run", contradicts=True),
        },
        unseen="bill",
        ask=_key,
    ),
    WriteQuestion(
        name="bill_treatment",
        fact="tax treatment of a bill whose lines name none",
        sources="the first that fits the rate",
        outcomes={
            "domestic": Meaning("one for purchases at home", "posts only bills that name it"),
            "intracommunity": Meaning("one for other EU countries", "posts only bills that name another: name it"),
            "none": Meaning("none", "posts only bills that name one"),
        },
        unseen="bill",
        ask=_treatment,
    ),
    WriteQuestion(
        name="bill_line_removal",
        fact="removal of a VAT line by `requestedAction`",
        sources="DELETE in every example; one text writes DELETED",
        outcomes=REMOVALS,
        unseen="bill",
        ask=_removed,
    ),
    WriteQuestion(
        name="bill_number_again",
        fact="the same number for a second bill of a supplier",
        sources="not documented",
        outcomes={
            **refusals("rejects the second record, with the service's reason"),
            ACCEPTED: Meaning("accepted", "looks bills up before it creates them"),
        },
        unseen="bill",
        ask=_number_again,
    ),
)
