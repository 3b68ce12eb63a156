"""What an API said about a record, fit for logs."""

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from destination_sage_active.report.redaction import LONGEST_DETAIL, without_values
from sage_active.errors import ErrorContext, SageActiveError
from sage_active.faults import RECORD_REFUSED


@pytest.mark.parametrize("length", [0, LONGEST_DETAIL - 20, LONGEST_DETAIL - 1])
def test_no_part_of_a_secret_is_reported(length: int) -> None:
    secret = "canary-10001-of-a-long-answer"
    add_to_secrets(secret)
    error = SageActiveError(RECORD_REFUSED, ErrorContext(status=400, detail=f"{'x' * length} {secret} {secret}"))
    # The record's number is a part of the key.
    text = without_values(error, {"number": "10001"})
    assert not [part for part in ("can", "of-a-") if part in text]
