"""The option that allows payments: money that nobody takes back."""

from typing import Annotated

from pydantic import ConfigDict, Field

from sage_active.form import Form, Text


class AllowPayments(Form):
    """The payment methods that may pay open items."""

    model_config = ConfigDict(title="Payments", extra="ignore")
    methods: Annotated[
        list[Text],
        Field(
            min_length=1,
            title="Payment methods",
            description="Names of the payment methods (`referenceName`) whose journals payments are booked in.",
            examples=[["Bank"]],
            json_schema_extra={"order": 0},
        ),
    ]
