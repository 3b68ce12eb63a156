"""Deletes one record, whatever the reply to that is.

Its shape is not published (docs/reference/objects.md, "Deletions").
"""

from collections.abc import Sequence
from typing import Final

from sage_active.direct.answers import PLAIN_DECODER
from sage_active.direct.mutation_errors import BEFORE_EXECUTION
from sage_active.direct.query import Query
from sage_active.errors import SageActiveError
from sage_active.http.response import Response
from sage_active.resources.mutations import ID, find_mutation
from sage_active.writing import Operation, Refused, Unknown
from sage_active_cli.rehearse.stage import PURPOSE, Stage, id_or_raise
from sage_active_cli.rehearse.traces import Traced

# What else is asked of the reply, where the contract's id is refused: of any object, of a plain value.
OTHER_REPLIES: Final[Sequence[str]] = ("{ __typename }", "")


def delete(stage: Stage, traced: Traced, row_id: str) -> bool:
    """Deletes a record. Whether the reply was as the contract has it. Raises what it was refused with, or the doubt.

    A reply without the id does not prove it: whoever asks looks whether the record is gone.
    """
    reply = stage.send(Operation.DELETE, traced, {"id": row_id})
    if isinstance(reply, Unknown) and not reply.may_still:
        return False
    if not (isinstance(reply, Refused) and reply.error.context.status == BEFORE_EXECUTION):
        return id_or_raise(reply) == row_id
    return _delete_otherwise(stage, traced, row_id, reply.error)


def _delete_otherwise(stage: Stage, traced: Traced, row_id: str, refusal: SageActiveError) -> bool:
    mutation = find_mutation(stage.client.contract.schema, traced.binding, Operation.DELETE)
    if mutation is None:
        raise refusal

    def decode(answer: Response) -> None:
        stage.client.answers.data_or_raise(answer, PLAIN_DECODER)

    for selection in OTHER_REPLIES:
        text = f"mutation($i0: {mutation.input_type.name}!) {{ m0: {mutation.name}(input: $i0) {selection} }}"
        body = Query(text, {"i0": {mutation.id_member or ID: row_id}}).body()
        try:
            stage.client.post(stage.company, PURPOSE, body, decode, idempotent=False)
        except SageActiveError as error:
            if error.context.status != BEFORE_EXECUTION:
                raise
        else:
            return False
    raise refusal
