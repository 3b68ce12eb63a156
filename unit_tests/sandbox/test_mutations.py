"""How mutations are run and answered: order, aliases, refusals, rights, input checks, counts."""

import threading
import time
from typing import Any

import pytest
import requests

from unit_tests.sandbox.conftest import Api

ONE = 'createProduct(input:{{code:"{code}",name:"x"}}){{id code}}'


def batch(*codes: str) -> str:
    """A document with one aliased creation for each product code."""
    return "mutation{" + " ".join(f"m{n}:{ONE.format(code=code)}" for n, code in enumerate(codes)) + "}"


def codes(api: Api) -> set[str]:
    return {row["code"] for row in api.rows("Product")}


def test_aliases_run_in_document_order_and_fail_alone(api: Api) -> None:
    answer = api.answer(batch("ORDER-1", "bad code", "ORDER-2", "ORDER-1"))
    assert answer["data"]["m0"]["code"] == "ORDER-1"
    assert answer["data"]["m2"]["code"] == "ORDER-2"
    assert (answer["data"]["m1"], answer["data"]["m3"]) == (None, None)
    assert [error["path"] for error in answer["errors"]] == [["m1"], ["m3"]]
    assert answer["errors"][0]["message"] == "sales.businessErrors.codeCannotContainBlankSpaces"
    assert all(error["locations"] for error in answer["errors"])
    written = [row["code"] for row in api.rows("Product") if row["code"].startswith("ORDER")]
    assert written == ["ORDER-1", "ORDER-2"]


def test_a_business_refusal_is_http_200(api: Api) -> None:
    response = api.post(batch("bad code"))
    assert response.status_code == 200
    assert response.json()["data"] == {"m0": None}


def test_several_refusals_come_together(api: Api) -> None:
    messages = api.refusal("createProduct", {"code": "a b", "name": "x" * 51, "unitOfMeasurementId": api.company.id})
    assert messages == [
        "global.businessErrors.undocumented_maximumLength",
        "global.businessErrors.undocumented_referenceNotFound",
        "sales.businessErrors.codeCannotContainBlankSpaces",
    ]


def test_undocumented_refusals_as_text(api: Api) -> None:
    api.sandbox.switches.undocumented_errors = "text"
    messages = api.refusal("createProduct", {"code": "a b", "name": "x" * 51})
    assert messages == [
        "The field name exceeds 50 characters.",
        "sales.businessErrors.codeCannotContainBlankSpaces",
    ]


def test_errors_without_paths(api: Api) -> None:
    api.sandbox.switches.error_paths = False
    answer = api.answer(batch("PATH-1", "bad code"))
    assert answer["errors"] == [{"message": "sales.businessErrors.codeCannotContainBlankSpaces"}]
    assert answer["data"]["m0"]["code"] == "PATH-1"


@pytest.mark.parametrize(
    ("switch", "kept"), [("whole_null", {"NULL-A1", "NULL-A3"}), ("whole_null_stops", {"NULL-B1"})]
)
def test_whole_null_replies_do_not_say_what_was_stored(api: Api, switch: Any, kept: set[str]) -> None:
    api.sandbox.switches.mutation_errors = switch
    prefix = min(kept)[:-1]
    response = api.post(batch(f"{prefix}1", "bad code", f"{prefix}3"))
    assert response.status_code == 500
    answer = response.json()
    assert answer["data"] is None
    assert [error["path"] for error in answer["errors"]] == [["m1"]]
    assert {code for code in codes(api) if code.startswith(prefix)} == kept
    legacy = api.post(batch("bad code"), Accept="application/json")
    assert (legacy.status_code, legacy.json()["data"]) == (200, None)


def test_a_transaction_undoes_creates_updates_and_deletions(api: Api) -> None:
    api.sandbox.switches.mutation_transaction = True
    changed = api.write("createProduct", {"code": "TX-1", "name": "before"})["id"]
    deleted = api.write("createProduct", {"code": "TX-2", "name": "x"})["id"]
    answer = api.answer(
        f'mutation{{a:createProduct(input:{{code:"TX-3",name:"x"}}){{id}}'
        f'b:updateProduct(input:{{id:"{changed}",name:"after"}}){{id}}'
        f'c:deleteProduct(input:{{id:"{deleted}"}}){{id}}'
        'd:createProduct(input:{code:"a b",name:"x"}){id}}'
    )
    assert answer["data"] is None
    assert api.stored("Product", changed)["name"] == "before"
    assert api.stored("Product", deleted)["code"] == "TX-2"
    assert "TX-3" not in codes(api)


def test_mutations_of_one_request_take_their_time_one_after_the_other(api: Api) -> None:
    api.sandbox.switches.mutation_milliseconds = 40
    begun = time.monotonic()
    api.data(batch("SERIAL-1")[:-1].replace("m0:", "") + "}")
    one = time.monotonic() - begun
    begun = time.monotonic()
    answer = api.answer(batch(*(f"SERIAL-{n}" for n in range(2, 7))))
    five = time.monotonic() - begun
    assert "errors" not in answer
    assert one >= 0.04
    assert five >= 0.2


def test_requests_side_by_side_share_the_time(api: Api) -> None:
    api.sandbox.switches.mutation_milliseconds = 400
    workers = [threading.Thread(target=api.post, args=(batch(f"SIDE-{n}"),)) for n in range(6)]
    begun = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert time.monotonic() - begun < 5 * 0.4
    assert len([code for code in codes(api) if code.startswith("SIDE-")]) == 6
    assert api.sandbox.mutations.as_dict()["mostInFlight"] == 6


def test_a_request_beyond_the_time_limit_is_given_up_with_what_it_stored(api: Api) -> None:
    api.sandbox.switches.mutation_milliseconds = 300
    api.sandbox.switches.execution_seconds = 0.5
    response = api.post(batch("LIMIT-1", "LIMIT-2", "LIMIT-3"))
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"] == {"code": "HC0045"}
    assert {code for code in codes(api) if code.startswith("LIMIT")} == {"LIMIT-1"}


def test_of_two_writers_with_one_code_the_second_is_refused(api: Api) -> None:
    api.sandbox.switches.mutation_milliseconds = 20
    answers: list[dict[str, Any]] = []
    clients = [Api(api.sandbox) for _ in range(8)]
    workers = [
        threading.Thread(target=lambda client=client: answers.append(client.answer(batch("RACE", "RACE"))))
        for client in clients
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for client in clients:
        client.session.close()
    assert sum(value is not None for answer in answers for value in answer["data"].values()) == 1
    assert [row["code"] for row in api.rows("Product")].count("RACE") == 1


def test_written_rows_are_read_and_found_at_once(api: Api) -> None:
    created = api.write("createProduct", {"code": "READ-1", "name": "x", "salesUnitPrice": 19.99}, "id creationDate")
    found = api.data('{products(first:5,where:{code:{in:["READ-1","READ-2"]}}){totalCount nodes{id modificationDate}}}')
    assert (found["totalCount"], found["nodes"]) == (1, [{"id": created["id"], "modificationDate": None}])
    assert created["creationDate"].endswith("Z")
    answer = api.answer(
        'mutation{a:createJobArea(input:{name:"Lager"}){id} b:createJobArea(input:{name:"Labor"}){id name}}'
    )
    assert answer["data"]["b"]["name"] == "Labor"


@pytest.mark.parametrize(
    ("reason", "extensions"),
    [
        ("global.businessErrors.authorizationPolicy", {"details": "add-product"}),
        ("global.businessErrors.authorizationFeature", {"details": "add-product"}),
        ("AUTH_NOT_AUTHORIZED", {"code": "AUTH_NOT_AUTHORIZED"}),
    ],
)
def test_rights(api: Api, reason: str, extensions: dict[str, str]) -> None:
    url = f"{api.sandbox.url}/admin/rights"
    assert requests.patch(url, json={"createProduct": reason}, timeout=5).json() == {"createProduct": reason}
    answer = api.answer(batch(f"R-{reason[-10:]}"))
    assert answer["data"] == {"m0": None}
    assert answer["errors"][0]["extensions"] == extensions
    assert answer["errors"][0]["path"] == ["m0"]
    policies = api.data('{userAccessPolicyCheck(actions:["createProduct","createCustomer"]){action isAllowed}}')
    assert [policy["isAllowed"] for policy in policies] == [False, True]
    assert requests.delete(url, timeout=5).json() == {}
    assert api.answer(batch(f"R-{reason[-10:]}"))["data"]["m0"]["code"].startswith("R-")


def test_rights_cover_queries_and_refuse_unknown_reasons(api: Api) -> None:
    api.sandbox.rights.replace({"products": "global.businessErrors.authorizationPolicy"})
    answer = api.answer("{products(first:1){nodes{id}}}")
    assert answer["data"] == {"products": None}
    assert answer["errors"][0]["message"] == "global.businessErrors.authorizationPolicy"
    wrong = requests.patch(f"{api.sandbox.url}/admin/rights", json={"createProduct": "because"}, timeout=5)
    assert wrong.status_code == 400
    assert "authorizationPolicy" in wrong.json()["error"]


def test_mutations_that_are_not_offered_say_so(api: Api) -> None:
    sent = '{accountingPlanMasterId:"00000000-0000-0000-0000-000000000001",subAccountLength:4}'
    answer = api.answer(f"mutation{{importAccountingPlanMaster(input:{sent}){{id}}}}")
    assert answer["errors"][0]["extensions"] == {"code": "SANDBOX_NOT_OFFERED"}


def test_a_mutation_needs_the_organization(api: Api) -> None:
    answer = api.answer(batch("ORG-1"), X_OrganizationId=None)
    assert answer == {"errors": [{"message": "X-OrganizationId header is mandatory"}], "data": {"m0": None}}


def test_input_variables_are_checked_before_anything_runs(api: Api) -> None:
    document = "mutation($v:CustomerCreateGLDtoInput!){createCustomer(input:$v){id}}"
    response = api.post(document, {"v": {"addresses": [{"planet": "x"}], "customerType": "ALIEN"}})
    assert response.status_code == 400
    errors = {error["message"]: error["extensions"] for error in response.json()["errors"]}
    assert errors == {
        "The field `planet` does not exist on the type `CustomerAddressCreateGLDtoInput`.": {
            "type": "CustomerAddressCreateGLDtoInput"
        },
        "The required input field `socialName` is missing.": {"field": "CustomerCreateGLDtoInput.socialName"},
        "The variable `v` got an invalid value.": {"variable": "v", "code": "HC0016"},
    }
    assert "data" not in response.json()
    reply = api.answer(document)
    assert reply["errors"][0]["extensions"] == {"variable": "v", "code": "HC0018"}
    assert api.sandbox.mutations.as_dict()["committed"] == {}


def test_literal_inputs_are_validated(api: Api) -> None:
    response = api.post("mutation{createCustomer(input:{addresses:[],planet:1,customerType:ALIEN}){id}}")
    assert response.status_code == 400
    assert {error["message"] for error in response.json()["errors"]} == {
        "`socialName` is a required field and cannot be null.",
        "The specified input object field `planet` does not exist.",
        "The specified value type of field `customerType` does not match the field type.",
    }


def test_counts_of_mutations(api: Api) -> None:
    api.answer(batch("COUNT-1", "bad code"))
    api.answer("{products(first:1){nodes{id}}}")
    url = f"{api.sandbox.url}/admin/mutations"
    assert requests.get(url, timeout=5).json() == {
        "requests": 1,
        "mostInFlight": 1,
        "received": {"createProduct": 2},
        "committed": {"createProduct": 1},
        "refused": {"createProduct": 1},
    }
    assert requests.delete(url, timeout=5).json()["received"] == {}
