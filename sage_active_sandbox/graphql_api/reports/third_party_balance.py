"""Balances of the customers, suppliers or employees of an exercise (docs/reference/accounting.md, "Reports")."""

from collections.abc import Mapping
from typing import Any

from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.reports.postings import Posting
from sage_active_sandbox.graphql_api.reports.turnovers import Options, Subject, turnovers
from sage_active_sandbox.store import Row


def third_party_balance(call: Call, sent: Mapping[str, Any]) -> list[Row]:
    """One row for each third party of the kind that has lines; amounts as in the trial balance."""
    options = Options(
        comparative=bool(sent.get("isBalanceComparative")),
        first_code=sent.get("thirdPartyCodeFrom"),
        last_code=sent.get("thirdPartyCodeTo"),
        without_zero_balance=bool(sent.get("isWithoutZeroBalance")),
    )
    return turnovers(call, sent, options, lambda posting: _party(posting, sent["thirdPartyType"]))


def _party(posting: Posting, kind: str) -> Subject | None:
    party = posting.third_party
    if party is None or party.get("origin") != kind:
        return None
    members = {"thirdPartyId": party["thirdPartyId"], "thirdPartyDescription": party.get("socialName")}
    return Subject(party["thirdPartyId"], party.get("code") or "", members)
