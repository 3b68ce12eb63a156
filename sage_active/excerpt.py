"""What a server said, as far as it belongs into a message."""

from typing import Final

from sage_active.masking import masked

LONGEST: Final = 300


def excerpt(content: bytes | bytearray | str, longest: int = LONGEST) -> str:
    """The beginning of what was said. Secrets are masked before it is cut: half of one is no longer recognised."""
    text = content if isinstance(content, str) else content.decode(errors="replace")
    return masked(text)[:longest]
