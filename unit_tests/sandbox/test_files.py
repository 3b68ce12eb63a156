"""The list of files, links to their content, and exports (docs/reference/files.md, "Links to content")."""

import base64
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from sage_active_sandbox.graphql_api.actions import DOCUMENTS
from unit_tests.sandbox.conftest import Api

FIELDS = "id fileName type status businessDate downloadPath previewPath"


@pytest.fixture
def api_with_files(api: Api) -> Api:
    """A client of a company with 130 files of one kind, of which ten are not Done."""
    store = api.sandbox.store
    if not any(row["id"].startswith("many") for row in api.rows("EntityFile")):
        for index in range(130):
            day = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=index)
            values = {
                "id": f"many{index:04}.pdf",
                "uploadDate": day,
                "businessDate": day,
                "fileName": f"Scan {index}",
                "type": "many",
                "mimeType": "application/pdf",
                "size": 5000,
                "entityType": "SUPPLIER",
                "entityId": api.company.id,
                "filesExport": False,
                "status": "Rejected" if index < 10 else "Done",
            }
            store.insert(api.company.id, "EntityFile", values)
    return api


def listed(api: Api, arguments: str) -> list[dict[str, Any]]:
    """The rows of one page."""
    rows: list[dict[str, Any]] = api.data(f"{{files({arguments}){{nodes{{{FIELDS}}}}}}}")["nodes"]
    return rows


def test_a_page_has_a_hundred_files_at_most(api_with_files: Api) -> None:
    where = 'where:{type:{eq:"many"}}'
    page = api_with_files.data(
        f"{{files(first:500,{where}){{totalCount nodes{{id}} pageInfo{{hasNextPage endCursor}}}}}}"
    )
    assert (page["totalCount"], len(page["nodes"]), page["pageInfo"]["hasNextPage"]) == (120, 100, True)
    rest = listed(api_with_files, f'first:500,after:"{page["pageInfo"]["endCursor"]}",{where}')
    assert len(rest) == 20
    answer = api_with_files.answer("{files(first:501){totalCount}}")
    assert answer["errors"][0]["extensions"]["code"] == "HC0051"


def test_only_done_files_are_listed_except_by_id(api_with_files: Api) -> None:
    assert listed(api_with_files, 'where:{type:{eq:"many"},status:{eq:"Rejected"}}') == []
    (row,) = listed(api_with_files, 'where:{id:{eq:"many0003.pdf"}}')
    assert row["status"] == "Rejected"


@pytest.mark.parametrize(
    "where",
    [
        '{or:[{type:{eq:"a"}},{type:{eq:"b"}}]}',
        '{and:[{type:{eq:"a"}},{type:{eq:"b"}}]}',
        '{type:{eq:"a"},and:[{type:{eq:"b"}}]}',
        '{type:{contains:"a"}}',
        '{mimeType:{eq:"application/pdf"}}',
        '{uploadDate:{lt:"2024-01-01"}}',
        "{size:{gt:1}}",
        "{{type:{{in:[{}]}}}}".format(",".join(['"x"'] * 11)),
    ],
)
def test_filters_that_are_not_understood_are_refused(api: Api, where: str) -> None:
    answer = api.answer(f"{{files(where:{where}){{totalCount}}}}")
    assert answer["data"] == {"files": None}
    assert answer["errors"][0]["message"].endswith("filterNotAllowed")


def test_filters_that_are_understood(api_with_files: Api) -> None:
    window = 'uploadDate:{gte:"2024-02-01",lte:"2024-02-03"},entityType:{in:[SUPPLIER]},fileName:{contains:"scan"}'
    rows = listed(api_with_files, f"where:{{{window}}},order:[{{businessDate:DESC}}]")
    assert [row["fileName"] for row in rows if row["type"] == "many"] == ["Scan 33", "Scan 32", "Scan 31"]
    assert listed(api_with_files, f"where:{{and:[{{{window}}}]}},order:[{{businessDate:DESC}}]") != []
    assert listed(api_with_files, "where:{{type:{{in:[{}]}}}}".format(",".join(['"x"'] * 10))) == []


def test_files_are_sorted_by_their_business_date_only(api_with_files: Api) -> None:
    query = "{files(order:[{uploadDate:ASC}]){totalCount}}"
    assert api_with_files.answer(query)["errors"][0]["message"].endswith("orderNotAllowed")
    api_with_files.sandbox.switches.files_sort = "upload_date_too"
    assert api_with_files.data(query)["totalCount"] >= 120
    assert "errors" in api_with_files.answer("{files(order:[{fileName:ASC}]){totalCount}}")


def test_a_link_leads_to_the_content_for_ten_minutes(api_with_files: Api) -> None:
    (row,) = listed(api_with_files, 'where:{id:{eq:"many0040.pdf"}}')
    for member in ("downloadPath", "previewPath"):
        reply = requests.get(f"{api_with_files.sandbox.url}{row[member]}", timeout=5)
        assert (reply.status_code, reply.headers["content-type"]) == (200, "application/pdf")
        assert (len(reply.content), reply.content[:5]) == (5000, b"%PDF-")
    api_with_files.sandbox.switches.clock_offset_seconds = 601
    late = requests.get(f"{api_with_files.sandbox.url}{row['downloadPath']}", timeout=5)
    assert (late.status_code, late.text) == (404, "The link path has expired.")
    assert requests.get(f"{api_with_files.sandbox.url}/files/unknown", timeout=5).status_code == 404
    assert requests.post(f"{api_with_files.sandbox.url}{row['downloadPath']}", timeout=5).status_code == 404


def test_a_link_to_a_removed_file(api_with_files: Api) -> None:
    (row,) = listed(api_with_files, 'where:{id:{eq:"many0041.pdf"}}')
    api_with_files.sandbox.store.delete(api_with_files.company.id, "EntityFile", row["id"])
    gone = requests.get(f"{api_with_files.sandbox.url}{row['downloadPath']}", timeout=5)
    assert (gone.status_code, gone.text) == (404, "The associated file could not be found.")


def test_links_may_need_the_key_and_a_token(api_with_files: Api) -> None:
    api_with_files.sandbox.switches.file_links = "signed_in"
    (row,) = listed(api_with_files, 'where:{id:{eq:"many0042.pdf"}}')
    url = f"{api_with_files.sandbox.url}{row['downloadPath']}"
    assert requests.get(url, timeout=5).status_code == 401
    assert requests.get(url, headers=api_with_files.headers(), timeout=5).status_code == 200


def test_an_export_makes_files_of_its_own(api_with_files: Api) -> None:
    where = 'where:{uploadDate:{gte:"2024-03-01",lte:"2024-03-02"},entityType:{eq:SUPPLIER}}'
    exported = api_with_files.data(f'{{filesExport(language:"en",{where}){{status message requestedAt}}}}')
    assert exported["status"] == "ACCEPTED" and exported["requestedAt"]
    rows = {row["type"]: row for row in listed(api_with_files, "where:{filesExport:{eq:true}}")}
    assert [*rows] == ["csv", "zip"]
    packed = requests.get(f"{api_with_files.sandbox.url}{rows['zip']['downloadPath']}", timeout=5).content
    index = requests.get(f"{api_with_files.sandbox.url}{rows['csv']['downloadPath']}", timeout=5).text
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert {"many0060.pdf", "many0061.pdf"} <= set(names)
    assert index.count("\n") == len(names) + 1


def test_an_export_without_a_match(api_with_files: Api) -> None:
    query = '{filesExport(language:"en",where:{uploadDate:{gte:"2090-01-01"}}){status}}'
    assert api_with_files.data(query) == {"status": "NO_MATCH"}


def test_a_refused_action_is_counted_as_refused(api: Api) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    answer = api.answer(f'{{documentPdfPreview(input:{{type:SALES_INVOICE,id:"{unknown}"}}){{id}}}}')
    assert answer["errors"][0]["message"].endswith("recordNotFound")
    assert api.sandbox.mutations.as_dict()["refused"] == {"documentPdfPreview": 1}


@pytest.mark.parametrize(("kind", "type_name"), DOCUMENTS.items())
def test_every_kind_of_document_is_printed_and_sent(api: Api, kind: str, type_name: str) -> None:
    row = api.rows(type_name)[0]
    chosen = f'type:{kind},id:"{row["id"]}"'
    preview = api.data(f"{{documentPdfPreview(input:{{{chosen}}}){{type id pdfPreview}}}}")
    assert (preview["type"], preview["id"]) == (kind, row["id"])
    assert base64.b64decode(preview["pdfPreview"]).startswith(b"%PDF-")
    addresses = 'emailFrom:"a@example.com",emailTo:"b@example.com"'
    assert api.data(f"{{documentPdfEmail(input:{{{chosen},{addresses}}}){{id}}}}") == {"id": row["id"]}
    wrong = api.answer(f'{{documentPdfEmail(input:{{{chosen},emailFrom:"a",emailTo:"b@example.com"}}){{id}}}}')
    assert wrong["errors"][0]["message"].endswith("referenceNotAllowed")
    assert api.sandbox.mutations.as_dict()["committed"] == {"documentPdfPreview": 1, "documentPdfEmail": 1}


UPLOAD = "mutation($i:UploadFileInput!){uploadFileToEntity(input:$i){id}}"


def sent(api: Api, content: bytes = b"%PDF-1", *, preflight: bool = True, **members: Any) -> dict[str, Any]:
    """The answer to an upload for the company's first customer."""
    owner = {"entityType": "CUSTOMER", "entityId": api.rows("Customer")[0]["id"]}
    operations = {"query": UPLOAD, "variables": {"i": {"file": None, **owner, **members}}}
    answer = requests.post(
        f"{api.sandbox.url}/graphql",
        data={"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.i.file"]})},
        files={"0": ("contract.pdf", content, "application/pdf")},
        headers=api.headers(Content_Type=None, **({"GraphQL_preflight": "1"} if preflight else {})),
        timeout=10,
    )
    decoded: dict[str, Any] = answer.json()
    return decoded


def test_an_upload_is_hidden_until_the_scan_has_ended(api: Api) -> None:
    content = bytes(range(256)) + b"\r\n--\r\n\x00"
    api.sandbox.switches.scan_seconds = 60
    row_id = sent(api, content, fileName="contract.pdf", comment="signed")["data"]["uploadFileToEntity"]["id"]
    (pending,) = listed(api, f'where:{{id:{{eq:"{row_id}"}}}}')
    assert (pending["status"], pending["fileName"], pending["type"]) == ("Pending", "contract", "pdf")
    by_name = 'where:{fileName:{contains:"contract"}}'
    assert listed(api, by_name) == []
    api.stored("EntityFile", row_id)["_scanned"] = datetime.now(UTC)
    (done,) = listed(api, by_name)
    assert done["status"] == "Done"
    assert requests.get(f"{api.sandbox.url}{done['downloadPath']}", timeout=5).content == content
    assert content.decode("latin-1") not in str([entry.variables for entry in api.sandbox.requests])


def test_the_scan_may_reject_an_upload(api: Api) -> None:
    api.sandbox.switches.virus_scan = "rejects"
    row_id = sent(api, fileName="infected")["data"]["uploadFileToEntity"]["id"]
    assert listed(api, 'where:{fileName:{contains:"infected"}}') == []
    assert listed(api, f'where:{{id:{{eq:"{row_id}"}}}}')[0]["status"] == "Rejected"


@pytest.mark.parametrize(
    ("members", "content", "reason"),
    [
        ({}, b"", "files_fileTooLargeOrEmpty"),
        ({"fileName": "x" * 101}, b"x", "maximumLength"),
        ({"entityId": "00000000-0000-4000-8000-000000000000"}, b"x", "referenceNotFound"),
        ({"entityId": None}, b"x", "mandatoryField"),
        ({"entityType": "AP_AUTOMATION"}, b"x", "scanNotPlayed"),
        ({"entityType": "NONE"}, b"x", "referenceNotAllowed"),
    ],
)
def test_uploads_are_refused_with_a_reason(api: Api, members: dict[str, Any], content: bytes, reason: str) -> None:
    answer = sent(api, content, **members)
    assert answer["data"] == {"uploadFileToEntity": None}
    assert reason in answer["errors"][0]["message"]


def test_an_upload_needs_its_own_header(api: Api) -> None:
    answer = sent(api, b"forged", preflight=False)
    assert "GraphQL-preflight" in answer["errors"][0]["message"]
    assert not any(row.get("_content") == b"forged" for row in api.rows("EntityFile"))
