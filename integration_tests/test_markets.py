"""One connection over several markets: one sign-in, and a market that refuses fails its own companies only."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from integration_tests.connector import Connector, without_control
from integration_tests.destination import Destination, record, state, stats
from integration_tests.expected import rows, usable
from integration_tests.maesn_records import of
from integration_tests.market_keys import LISTS, MARKETS, WRONG, credentials
from integration_tests.rich_records import RichRecords, stored
from sage_active_cli.run import main
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

MODES: Final = {"direct": {"items": "append_dedup"}, "maesn": {"items": "append"}}
Connect = Callable[..., Connector]


def keys_in(value: Any) -> list[str]:
    """The keys and tokens of a configuration, at any depth."""
    if isinstance(value, dict):
        public = ("auth_type", "target_system", "token_expiry_date")
        return [key for name, inner in value.items() if name not in public for key in keys_in(inner)]
    return [key for inner in value for key in keys_in(inner)] if isinstance(value, list) else [value]


def items(sandbox: Sandbox, connection: str, company: Company, count: int) -> list[dict[str, Any]]:
    """Records of items that a company has not got."""
    direct = connection == "direct"
    return RichRecords(sandbox, company).of("items", count) if direct else of(sandbox, company, "items", count)


def test_all_markets_are_read_with_one_renewal(standing: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(standing, connection, companies=[], credentials=credentials(standing, connection))
    outcome = connector.read(["customers", "companies"])
    assert (outcome.code, outcome.errors) == (0, [])
    for market in MARKETS:
        for company in usable(standing, market):
            assert outcome.ids("customers", company.id, "id") == sorted(rows(standing, company.id, "customers"))
    assert {row["market"] for row in outcome.records("companies")} == {"DE", "ES", "FR"}
    assert standing.sign_in.refreshes == {"direct": 1, "maesn": 0}[connection]
    again = connector.read(["customers"], state=outcome.last_states)
    assert (again.code, set(again.cursors("customers"))) == (0, set(outcome.cursors("customers")))
    status, message = connector.check().status
    assert status == "SUCCEEDED"
    assert "Markets: " + "; ".join(f"sage-active-{market}: 2 usable companies" for market in MARKETS) in message
    assert standing.sign_in.refreshes == {"direct": 1, "maesn": 0}[connection]


def test_a_wrong_key_fails_only_the_companies_of_its_market(
    standing: Sandbox, connect: Connect, connection: str
) -> None:
    connector = connect(standing, connection, companies=[], credentials=credentials(standing, connection, fr=WRONG))
    streams = ["customers", "companies", *(["countries"] if connection == "direct" else [])]
    outcome = connector.read(streams, full_refresh=True)
    assert outcome.code == 1
    for company in (*usable(standing, "de"), *usable(standing, "es")):
        assert outcome.ids("customers", company.id, "id") == sorted(rows(standing, company.id, "customers"))
    assert {outcome.statuses(stream)[-1] for stream in streams} == {"INCOMPLETE"}
    named = [error for error in outcome.errors if error["message"].startswith("Market sage-active-fr: ")]
    assert len(named) == len(streams)
    assert WRONG.encode() not in without_control(outcome.lines)


def test_check_names_the_result_of_each_market(standing: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(standing, connection, companies=[], credentials=credentials(standing, connection, fr=WRONG))
    status, message = connector.check().status
    fault = {"direct": "wrong-subscription-key", "maesn": "maesn-key-refused"}[connection]
    assert (status, message.startswith("Market sage-active-fr: ")) == ("FAILED", True)
    assert f"sage-active-es: 2 usable companies; sage-active-fr: not listed ({fault})" in message
    # Companies of the others can be read without that market.
    connector.config["companies"] = [{"company_id": company.name} for company in usable(standing, "es")]
    status, message = connector.check().status
    assert (status, "Market sage-active-fr: " in message) == ("SUCCEEDED", True)
    assert connector.read(["customers"]).code == 0


def test_records_are_written_to_the_market_of_their_company(sandbox: Sandbox, tmp_path: Path, connection: str) -> None:
    companies = [sandbox.add_company(market, f"Neu {market}") for market in MARKETS]
    destination = Destination.over(
        sandbox,
        connection,
        companies[0],
        tmp_path,
        settle_seconds=0,
        max_rejected_percent=100,
        companies=[{"company_id": company.id} for company in companies],
        credentials=credentials(sandbox, connection),
    )
    sent = {company.id: items(sandbox, connection, company, 2 + index) for index, company in enumerate(companies)}
    lines = [record("items", {**row, "company_id": owner}) for owner, owned in sent.items() for row in owned]
    outcome = destination.write([*lines, state("items", 1)], MODES[connection])
    assert (outcome.code, stats(outcome)) == (0, [(1, 9, 0)]), outcome.errors
    for company in companies:
        assert len(stored(sandbox, company, "items", "code")) == len(sent[company.id])
    assert sandbox.sign_in.refreshes == {"direct": 1, "maesn": 0}[connection]


def test_one_configuration_reads_and_writes_all_markets_with_one_renewal(sandbox: Sandbox, tmp_path: Path) -> None:
    companies = [sandbox.add_company(market, f"Neu {market}") for market in MARKETS]
    # The same file for both connectors, which keep their tokens in one place.
    destination = Destination.over(
        sandbox,
        "direct",
        companies[0],
        tmp_path,
        settle_seconds=0,
        companies=[{"company_id": company.id} for company in companies],
        credentials=credentials(sandbox, "direct"),
    )
    sent = {company.id: items(sandbox, "direct", company, 3) for company in companies}
    lines = [record("items", {**row, "company_id": owner}) for owner, owned in sent.items() for row in owned]
    written = destination.write([*lines, state("items", 1)], MODES["direct"])
    assert (written.code, stats(written)) == (0, [(1, 9, 0)]), written.errors
    read = destination.connector.read(["items", "customers"])
    assert (read.code, read.errors) == (0, [])
    for company in companies:
        assert read.ids("items", company.id, "id") == sorted(rows(sandbox, company.id, "items"))
        assert len(read.ids("items", company.id, "id")) == len(sent[company.id])
    assert sandbox.sign_in.refreshes == 1
    # Another key of one market: its companies fail in both directions, and no others.
    destination.set(credentials=credentials(sandbox, "direct", fr=WRONG), max_rejected_percent=100)
    read = destination.connector.read(["items"])
    assert read.code == 1
    assert {row["company_id"] for row in read.records("items")} == {company.id for company in companies[:2]}
    again = destination.write([*lines, state("items", 2)], MODES["direct"])
    assert stats(again) == [(2, 6, 3)]
    assert {line["rejected_reason"] for line in destination.rejected()} == {"company-unlisted"}
    assert sandbox.sign_in.refreshes == 1


def test_records_of_a_market_that_refuses_are_rejected(sandbox: Sandbox, tmp_path: Path, connection: str) -> None:
    companies = [sandbox.add_company(market, f"Neu {market}") for market in ("de", "fr")]
    destination = Destination.over(
        sandbox,
        connection,
        companies[0],
        tmp_path,
        settle_seconds=0,
        max_rejected_percent=100,
        companies=[{"company_id": company.id} for company in companies],
        company_map=[{"source_company_id": "old", "company_id": companies[1].name}],
        credentials=credentials(sandbox, connection, fr=WRONG),
    )
    rows_sent = items(sandbox, connection, companies[0], 4)
    homes = [companies[0].id, companies[1].id, "old", companies[0].id]
    lines = [record("items", {**row, "company_id": home}) for row, home in zip(rows_sent, homes, strict=True)]
    outcome = destination.write([*lines, state("items", 1)], MODES[connection])
    assert (outcome.code, stats(outcome)) == (0, [(1, 2, 2)]), outcome.errors
    assert len(stored(sandbox, companies[0], "items", "code")) == 2
    rejected = destination.rejected()
    assert {line["rejected_reason"] for line in rejected} == {"company-unlisted"}
    assert all("Market sage-active-fr: " in line["rejected_message"] for line in rejected)
    assert WRONG.encode() not in without_control(outcome.lines) + (destination.report / "rejected.jsonl").read_bytes()


def test_keys_in_lists_are_masked_wherever_the_api_repeats_them(
    sandbox: Sandbox, connect: Connect, tmp_path: Path, connection: str
) -> None:
    connector = connect(sandbox, connection, companies=[], credentials=credentials(sandbox, connection))
    connector.check()
    keys = keys_in(connector.config["credentials"])
    text = " ".join(keys)
    if connection == "maesn":
        sandbox.faults.add("status", path="/accounting", status=400, body={"message": text}, times=-1)
    else:
        errors = [{"message": f"sales.businessErrors.refused {text}"}]
        for operation in ("customers", "products", "createProduct"):
            sandbox.faults.add("graphql_errors", operation=operation, errors=errors, times=-1)
    company = sandbox.add_company("fr", "Neu")
    destination = Destination.over(
        sandbox, connection, company, tmp_path / "write", settle_seconds=0, credentials=connector.config["credentials"]
    )
    (item,) = items(sandbox, connection, company, 1)
    written = destination.write([record("items", item)], MODES[connection])
    files = b"".join(path.read_bytes() for path in destination.report.iterdir())
    for outcome, further in ((connector.check(), b""), (connector.read(["customers"]), b""), (written, files)):
        output = without_control(outcome.lines) + outcome.stderr.encode() + further
        assert b"****" in output, "the API's words did not arrive"
        assert [key for key in keys if key.encode() in output] == []


def test_the_command_works_over_all_markets(
    standing: Sandbox, connect: Connect, connection: str, capfd: pytest.CaptureFixture[str]
) -> None:
    connector = connect(standing, connection, companies=[], credentials=credentials(standing, connection))
    path = connector.write("config.json", connector.config)
    assert main(["companies", "--config", str(path)]) == 0
    listing = capfd.readouterr().out
    assert all(company.name in listing for market in MARKETS for company in usable(standing, market))
    if connection == "direct":
        query = ["query", "--config", str(path), "{ customers(first: 1) { totalCount } }"]
        company = usable(standing, "fr")[0]
        assert main([*query, "--company", company.id, "--json"]) == 0
        count = json.loads(capfd.readouterr().out)["data"]["customers"]["totalCount"]
        assert count == len(rows(standing, company.id, "customers"))
    # With the tokens that were rotated meanwhile.
    config = json.loads(path.read_text(encoding="utf-8"))
    member, key = LISTS[connection]
    config["credentials"][member][0][key] = WRONG
    assert main(["companies", "--config", str(connector.write("config.json", config))]) == 1
    captured = capfd.readouterr()
    assert usable(standing, "fr")[0].name in captured.out
    assert "Market sage-active-es: " in captured.err
    assert WRONG not in captured.out + captured.err
    assert main(["companies", "--config", str(path), "--json"]) == 1
    assert capfd.readouterr().out == ""
