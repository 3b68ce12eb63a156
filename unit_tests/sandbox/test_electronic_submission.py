"""An e-invoice that failed or was rejected is submitted once more, any other is not (FR)."""

import pytest

from unit_tests.sandbox.conftest import Api

RETRY = "retrySalesInvoiceElectronicSubmission"
STATUS_REFUSED = ["sales.businessErrors.undocumented_statusNotAllowed"]


@pytest.mark.parametrize("failed", ["FAILED_TO_SEND", "REJECTED"])
def test_a_failed_submission_is_repeated_once(api: Api, failed: str) -> None:
    france = Api(api.sandbox, "FR")
    invoice_id = france.rows("SalesInvoice")[0]["id"]
    stored = france.stored("SalesInvoice", invoice_id)
    france.sandbox.store.replace(france.company.id, "SalesInvoice", {**stored, "eInvoicingStatus": failed})
    assert france.write(RETRY, {"salesInvoiceId": invoice_id}) == {"id": invoice_id}
    members = "eInvoicingStatus eInvoiceId eInvoice{id status}"
    page = france.data(f'{{salesInvoices(first:1,where:{{id:{{eq:"{invoice_id}"}}}}){{nodes{{{members}}}}}}}')
    (row,) = page["nodes"]
    assert row["eInvoicingStatus"] == row["eInvoice"][-1]["status"] == "SUBMITTED"
    assert row["eInvoice"][-1]["id"] == row["eInvoiceId"]
    assert [(act.kind, act.document_id) for act in api.sandbox.store.acts] == [("e_invoice", invoice_id)]
    assert france.refusal(RETRY, {"salesInvoiceId": invoice_id}) == STATUS_REFUSED
    france.session.close()


def test_an_invoice_that_was_never_submitted_is_refused(api: Api) -> None:
    assert api.refusal(RETRY, {"salesInvoiceId": api.rows("SalesInvoice")[0]["id"]}) == STATUS_REFUSED
