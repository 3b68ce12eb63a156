"""What the columns of the table of faults promise: how much a fault ends, and whether a write is sent again."""

import json
from itertools import permutations
from typing import Any

import pytest

from sage_active.direct.answers import AnswerDecoder as DirectDecoder
from sage_active.direct.answers import GraphQLError
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import MUTATION, TABLE, Action, Api, Concern, Denial, Effect, classify
from sage_active.http.response import Response
from sage_active.limited_warnings import LimitedWarnings
from sage_active.maesn.answers import AnswerDecoder as MaesnDecoder
from sage_active.writing import Refused, Unknown

DIRECT = DirectDecoder(Errors(Api.DIRECT, "sage-active-de"), LimitedWarnings())
MAESN = MaesnDecoder(Errors(Api.MAESN, "sage-active-de"), LimitedWarnings())
EDITION = GraphQLError("global.businessErrors.authorizationFeature")
RIGHT = GraphQLError("The current user is not authorized.", extensions={"code": "AUTH_NOT_AUTHORIZED"})
ANOTHER_KEY = GraphQLError("global.businessErrors.authorizationElsewhere")


def test_what_ends_a_stream_is_what_all_its_records_would_meet() -> None:
    ending = {fault.name for fault in TABLE if fault.concerns is Concern.STREAM}
    assert ending == {"right-missing", "edition-lacks-feature", "object-not-offered", "two-keys"}


def test_only_what_certainly_had_no_effect_is_sent_again() -> None:
    retried = {fault.name for fault in TABLE if fault.action in (Action.RETRY, Action.SIGN_IN_AGAIN)}
    unknown = {fault.name for fault in TABLE if fault.effect is Effect.UNKNOWN}
    assert retried - unknown == {"rate-limited", "access-token-refused", "proxy-unreachable"}


def test_refusals_of_a_write_concern_its_record() -> None:
    refusals = [fault for fault in TABLE if MUTATION in fault.codes]
    assert refusals
    assert {(fault.concerns, fault.effect) for fault in refusals} == {(Concern.RECORD, Effect.NONE)}


def test_what_lies_below_the_answer_concerns_the_connection() -> None:
    below = [fault for fault in TABLE if fault.name.startswith(("proxy-", "unreachable", "certificates-"))]
    assert {fault.concerns for fault in below} == {Concern.CONNECTION}


@pytest.mark.parametrize(
    ("errors", "denial"),
    [
        *((list(order), Denial.RIGHT) for order in permutations((EDITION, RIGHT))),
        *((list(order), Denial.RIGHT) for order in permutations((EDITION, ANOTHER_KEY))),
        ([EDITION], Denial.EDITION),
        ([EDITION, EDITION], Denial.EDITION),
        ([RIGHT], Denial.RIGHT),
        ([ANOTHER_KEY], Denial.RIGHT),
    ],
)
def test_a_lack_that_is_unclear_is_one_of_a_right(errors: list[GraphQLError], denial: Denial) -> None:
    assert DIRECT.refusal(Response(200, {}, b""), errors).fault.denies is denial


@pytest.mark.parametrize("status", range(300, 600))
def test_a_create_through_maesn_ends_as_the_table_says(status: int) -> None:
    answer = Response(status, {}, json.dumps({"message": "no"}).encode())
    fault = classify(Api.MAESN, status, [MUTATION])
    outcome: Any
    try:
        outcome = MAESN.outcome(answer, (), {})
    except SageActiveError as error:
        assert error.fault is fault
        assert fault.effect is Effect.NONE
        assert fault.concerns is not Concern.RECORD
        return
    assert outcome.error.fault is fault
    if fault.concerns is Concern.RECORD:
        assert isinstance(outcome, Refused)
    else:
        assert isinstance(outcome, Unknown)
        assert fault.effect is Effect.UNKNOWN
    assert isinstance(outcome, Unknown) is (status >= 500 or status == 408)
