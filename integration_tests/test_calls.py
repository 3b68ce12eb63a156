"""What the two APIs receive: the company on every call, no secret in an address, no refused wording."""

import re
from collections.abc import Callable

from integration_tests.connector import STREAMS, Connector
from integration_tests.expected import usable
from sage_active.markets import MAESN
from sage_active.resources.table import offered
from sage_active_sandbox.sandbox import Sandbox

Connect = Callable[..., Connector]


def test_every_accounting_call_names_company_and_environment(sandbox: Sandbox, connect: Connect, market: str) -> None:
    # So that every call is answered, those of `check` about what is planned included.
    sandbox.change_switches({"maesn_planned": "rows"})
    connector = connect(sandbox, "maesn", market)
    connector.check()
    states = connector.read((*STREAMS, "companies")).last_states
    for stream, kind in (("customers", "Customer"), ("invoices", "SalesInvoice")):
        assert stream in STREAMS
        for company in usable(sandbox, market):
            sandbox.store.touch(company.id, kind, next(iter(sandbox.store.table(company.id, kind))))
    connector.read((*STREAMS, "companies"), state=states)
    calls = [request for request in sandbox.requests if request.path.startswith("/accounting")]
    pairs = {(company.id, company.environment_id) for company in usable(sandbox, market)}
    assert len(calls) > 30
    for call in calls:
        assert len(call.query.get("companyId", [])) == 1, call.path
        assert len(call.query.get("environmentName", [])) == 1, call.path
        assert (call.query["companyId"][0], call.query["environmentName"][0]) in pairs
        assert call.status == 200
    assert {call.query["companyId"][0] for call in calls} == {company.id for company in usable(sandbox, market)}
    assert {call.path for call in calls} == {f"/accounting/{resource.on(MAESN).path}" for resource in offered(MAESN)}
    assert {request.path for request in sandbox.requests} - {call.path for call in calls} == {"/auth/companies"}


def test_every_direct_call_for_rows_names_its_company(sandbox: Sandbox, connect: Connect, market: str) -> None:
    connector = connect(sandbox, "direct", market)
    connector.check()
    states = connector.read().last_states
    connector.read(state=states)
    # discover asks for the server's own schema, which belongs to no company.
    calls = [request for request in sandbox.requests if request.document and "__schema" not in request.document]
    known = {company.id for company in usable(sandbox, market)}
    assert {call.organization for call in calls} == {None, *known}
    for call in calls:
        if call.operations == ["organizations"]:
            assert call.organization is None
        else:
            assert call.organization in known
        assert call.headers["accept"] == "application/graphql-response+json"
        assert call.headers["user-agent"].startswith("source-sage-active/")
    paths = {request.path for request in sandbox.requests}
    assert paths == {"/graphql", "/graphql/schema.graphql", "/connect/token"}


def test_direct_queries_write_out_what_the_server_prices(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct")
    states = connector.read().last_states
    connector.read(state=states)
    documents = [request.document for request in sandbox.requests if request.document]
    assert documents
    for document in documents:
        assert not re.search(r"\b(first|where|order):\s*\$", document)
    assert any("$since: DateTime" in document for document in documents)


def test_a_small_company_takes_a_question_and_the_pages_of_all_streams(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct")
    connector.read(["customers"])
    sandbox.requests.clear()
    connector.read()
    requests = [request for request in sandbox.requests if request.organization]
    assert len(requests) == 2 * len(usable(sandbox, "de"))
    sandbox.requests.clear()
    connector.read(full_refresh=True)
    requests = [request for request in sandbox.requests if request.organization]
    assert len(requests) == 2 * len(usable(sandbox, "de"))


def test_no_secret_travels_in_an_address(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(sandbox, connection)
    connector.check()
    connector.read()
    secrets = [
        value for name, value in connector.config["credentials"].items() if name not in ("auth_type", "target_system")
    ]
    for request in sandbox.requests:
        address = f"{request.path}?{request.query}"
        assert not any(secret in address for secret in secrets)
