"""Ids in as few bytes as they take: 16 for those that are UUIDs."""

from uuid import UUID

_LENGTH = 16


def compact(text: str) -> bytes:
    """The bytes of an id."""
    try:
        return UUID(text).bytes
    except ValueError:
        return text.encode()


def readable(key: bytes) -> str:
    """The id again; of one that is not a UUID, its text."""
    return str(UUID(bytes=key)) if len(key) == _LENGTH else key.decode(errors="replace")
