"""Documents that are not ours to change: made otherwise than through the API, or waiting for a person's decision."""

from destination_sage_active.plan.planner import Decision
from destination_sage_active.record.rejection import Held, Rejected
from sage_active.resources.lifecycle import Operation
from sage_active.writing import Row, WriteModel, key_text


def require_ours(model: WriteModel, row: Row, decision: Decision) -> None:
    """Raises `Held` where a decision would change a document that was not created through the API."""
    if not (model.only_own and decision.commands and model.created_by_us):
        return
    member, ours = model.created_by_us
    if (source := row.get(member)) == ours:
        return
    origin = f"it comes from {source}" if source else "it was typed in"
    is_changed = any(command.operation is Operation.UPDATE for command in decision.commands)
    what = "differs from its record" if is_changed else "is still to become final"
    field = decision.changed[0] if is_changed and decision.changed else None
    raise Held(field, f"{what}, and the document is not changed: {origin} (`{member}`). Change it in Sage Active")


def require_same_key(model: WriteModel, values: Row, row: Row, decision: Decision) -> None:
    """Raises `Rejected` where a document that would be changed may have another key that reads alike."""
    if not any(command.operation is Operation.UPDATE for command in decision.commands):
        return
    for member, form in model.key_forms.items():
        sent, has = (key_text(side.get(member)) for side in (values, row))
        if form.differ and sent and has and form.of(sent) == form.of(has) and form.differ(sent, has):
            reason = (
                f"reads like {has} without its separators, and the document with that number has other content; "
                "give the record the spelling that is in Sage Active if they are the same"
            )
            raise Rejected(member, reason, "ambiguous")


def require_decided(model: WriteModel, row: Row, state: str | None) -> None:
    """Raises `Held` for a document that should become final but first needs a person's decision."""
    lifecycle = model.lifecycle
    if lifecycle is None or state not in lifecycle.final_states:
        return
    status = row.get(lifecycle.member)
    if reason := lifecycle.barred.get(str(status)):
        raise Held(lifecycle.member, f"is {status}: {reason}. It is not made final")
