"""The content of a document as the APIs answer it."""

import base64
import binascii

from sage_active.errors import Errors
from sage_active.faults import CONTRADICTION


def decoded_content(errors: Errors, content: object) -> bytes:
    """The bytes that a text in base64 stands for. Raises `SageActiveError` for anything else, and for nothing."""
    try:
        decoded = base64.b64decode(content, validate=True) if isinstance(content, str) else b""
    except (binascii.Error, ValueError):
        decoded = b""
    if not decoded:
        raise errors.of(CONTRADICTION, detail="a document without content")
    return decoded
