"""Where an error happened, as its message says."""

from sage_active.errors import SageActiveError


def located(error: SageActiveError, stream: str, label: str, owner: str) -> SageActiveError:
    """The error, naming whose rows it is about; and `label`, where only a part of the stream is called so."""
    return error.located(label or stream, owner if label in ("", stream) else f"{owner}, {label}")
