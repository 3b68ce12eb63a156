"""A server of prepared books: `python -m benchmarks.ledger`. Entries of four lines, and the reports that fit them.

What a document selects below a root field is not looked at: entries have what an audit asks for.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any, Final

from benchmarks.companies import ORGANIZATION
from benchmarks.documents import root_fields
from benchmarks.rows import DIRECT_DATES
from benchmarks.spans import length, part, select_spans
from benchmarks.tables import ROWS_PER_DAY, Row, Table
from benchmarks.wire import ANNOUNCEMENT, Request, Server

LINES: Final = 4
ACCOUNTS: Final = 300
PARTIES: Final = 2000
EXERCISE: Final = "e0000000-0000-4000-8000-000000000001"
PERIOD: Final = "e0000000-0000-4000-8000-000000000002"
JOURNAL: Final = "e0000000-0000-4000-8000-000000000003"
DAY: Final = "2019-06-01T00:00:00.000Z"
DATES: Final = {"creationDate": "2018-12-31T08:00:00.000Z", "modificationDate": None}
SPAN: Final = {"startDate": "2019-01-01T00:00:00.000Z", "endDate": "2019-12-31T00:00:00.000Z"}


def _account_id(number: int) -> str:
    return f"a0000000-0000-4000-8000-{number:012d}"


def _party_id(number: int) -> str:
    return f"b0000000-0000-4000-8000-{number:012d}"


def _line(random: Random, debit: int, credit: int) -> Row:
    party = random.randrange(PARTIES) if debit else None
    return {
        "subAccountId": _account_id(random.randrange(ACCOUNTS)),
        "debitAmount": debit / 100,
        "creditAmount": credit / 100,
        "accountingEntryThirdParty": None
        if party is None
        else {"thirdPartyId": _party_id(party), "code": str(10000 + party), "origin": "CUSTOMER"},
        "accountingEntryPayment": None,
        "accountingEntryInvoice": {
            "amount": debit / 100,
            "openItems": [{"amount": debit / 100}],
            "accountingEntryTaxes": [{"taxTreatmentId": None, "taxBase": debit / 100, "taxAmount": 0}],
        }
        if debit
        else None,
        "accountingEntryDimensionTags": [],
    }


def _entry(random: Random) -> Row:
    amounts = [random.randint(1, 10**6) for _ in range(LINES // 2)]
    return {
        "date": DAY,
        "number": random.randint(1, 99999),
        "tanNumber": None,
        "entryType": "GENERAL",
        "sourceType": "ACCOUNTING",
        "accountingExerciseId": EXERCISE,
        "accountingPeriodId": PERIOD,
        "journalTypeId": JOURNAL,
        "sessionId": None,
        "salesInvoiceId": None,
        "sourceEntityId": None,
        "accountingEntryLines": [
            line for amount in amounts for line in (_line(random, amount, 0), _line(random, 0, amount))
        ],
    }


def _named(row_id: str, **members: Any) -> Row:
    return {"id": row_id, **DATES, **members}


class PreparedBooks:
    """One company with so many entry lines."""

    def __init__(self, lines: int) -> None:
        days = max(1, lines // LINES // ROWS_PER_DAY)
        table = Table(7, "id", DIRECT_DATES, _entry)
        self._entries = replace(table, rows=days * ROWS_PER_DAY)
        self._lists: dict[str, list[Any]] = {
            "organizations": [ORGANIZATION],
            "accountingExercises": [
                _named(
                    EXERCISE, exercise=2019, status="OPEN", periods=[{"id": PERIOD, "isClosed": False, **SPAN}], **SPAN
                )
            ],
            "accountingAccounts": [
                _named(_account_id(number), code=str(1000 + number), accountLevel="SUB_ACCOUNT")
                for number in range(ACCOUNTS)
            ],
            "journalTypes": [_named(JOURNAL, type="GENERAL")],
        }
        self._reports = {
            "accountingTrialBalance": self._sums(days, "accountCode", lambda line: _code(line["subAccountId"])),
            "accountingThirdPartyBalance": self._sums(
                days, "thirdPartyId", lambda line: (line["accountingEntryThirdParty"] or {}).get("thirdPartyId")
            ),
        }

    def answer(self, request: Request) -> bytes:
        """The body of the answer. Raises `KeyError` or `ValueError` for what it does not serve."""
        body = json.loads(request.body)
        variables = body.get("variables") or {}
        fields = []
        for field in root_fields(body["query"]):
            fields.append(
                b'"%s":%s' % (field.alias.encode(), self._field(field.name, field.alias, field.values(variables)))
            )
        return b'{"data":{' + b",".join(fields) + b"}}"

    def _field(self, name: str, alias: str, arguments: Mapping[str, Any]) -> bytes:
        if name in self._reports:
            wanted = arguments["input"].get("thirdPartyType", "CUSTOMER") == "CUSTOMER"
            return json.dumps(self._reports[name] if wanted else []).encode()
        if name != "accountingEntries":
            rows = self._lists.get(name, [])
            return _page(len(rows), json.dumps(rows)[1:-1].encode(), None)
        spans = select_spans(self._entries, arguments.get("where"))
        offset, stated = int(arguments.get("after") or 0), length(spans)
        if alias != "page":
            return b'{"totalCount":%d}' % stated
        end = offset + arguments["first"]
        page = b",".join(self._entries.page(*span) for span in part(spans, offset, arguments["first"]))
        return _page(stated, page, str(end) if end < stated else None)

    def _sums(self, days: int, member: str, key: Any) -> list[Row]:
        sums: dict[str, list[Decimal]] = {}
        for entry in json.loads(b"[" + self._entries.page(0, ROWS_PER_DAY) + b"]", parse_float=Decimal):
            for line in entry["accountingEntryLines"]:
                if found := key(line):
                    amounts = sums.setdefault(found, [Decimal(0), Decimal(0)])
                    amounts[0] += days * line["debitAmount"]
                    amounts[1] += days * line["creditAmount"]
        return [
            {member: found, "debitAmount": str(debit), "creditAmount": str(credit)}
            for found, (debit, credit) in sums.items()
        ]


def _code(account_id: str) -> str:
    return str(1000 + int(account_id[-12:]))


def _page(stated: int, nodes: bytes, cursor: str | None) -> bytes:
    info = json.dumps({"hasNextPage": cursor is not None, "endCursor": cursor}).encode()
    return b'{"totalCount":%d,"nodes":[' % stated + nodes + b'],"pageInfo":' + info + b"}"


def main() -> None:
    """Serves until the process is ended."""
    parser = argparse.ArgumentParser(description="Sends prepared books.")
    parser.add_argument("--lines", type=int, default=200_000, help="lines of entries")
    server = Server(PreparedBooks(parser.parse_args().lines).answer)
    print(f"{ANNOUNCEMENT}{server.url}", flush=True)
    server.serve()


if __name__ == "__main__":
    main()
