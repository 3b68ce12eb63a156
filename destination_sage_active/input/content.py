"""The content of a record, with every number as exact as it came."""

from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from destination_sage_active.input.messages import Record
from destination_sage_active.record.rejection import Rejected

DECODER: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


def content_of(record: Record) -> dict[str, Any]:
    """The members of a record. Raises `Rejected` when they cannot be read."""
    if record.fault:
        raise Rejected(None, record.fault, "unreadable")
    try:
        return DECODER.decode(record.data)
    except RecursionError:
        reason = "it is nested too deeply"
    except InvalidOperation:
        reason = "it has a number that is too large"
    except UnicodeDecodeError:
        reason = "it is not in UTF-8"
    except msgspec.DecodeError as error:
        reason = str(error)
    raise Rejected(None, f"cannot be read: {reason}", "unreadable")


def content_if_readable(record: Record) -> dict[str, Any] | None:
    """The members of a record whatever the platform says of it; None when they cannot be read."""
    try:
        return DECODER.decode(record.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidOperation):
        return None
