"""What the records of Maesn's contract are made of.

Every member may be null. Enumerations are plain text: the service adds values without notice (docs/reference/maesn.md,
"Envelope").
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, WithJsonSchema

Text = str | None
# pydantic's own number schema for Decimal allows text; Maesn sends JSON numbers.
Number = Annotated[float | None, WithJsonSchema({"type": ["null", "number"]})]
Flag = bool | None


class Record(BaseModel):
    """A record or a part of one; members that Maesn adds are let through."""

    model_config = ConfigDict(extra="allow")


class Address(Record):
    """A postal address."""

    addressLine1: Text = None
    addressLine2: Text = None
    city: Text = None
    countryCode: Text = None
    postalCode: Text = None
    type: Text = None
