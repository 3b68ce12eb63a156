"""Where the sign-in server sends a browser: to this machine, in a notation that every browser reads the same way."""

import re

_ADDRESS = re.compile(
    r"https?://(?:localhost|127(?:\.(?:0|[1-9][0-9]{0,2})){3}|\[::1\])(?::[0-9]{1,5})?(?:[/?][!-~]*)?",
    re.IGNORECASE,
)
_READ_DIFFERENTLY = re.compile(r"[\\@#<>\"^`{|}]")


def is_registered(address: str) -> bool:
    """Whether ``address`` counts as registered: each one on this machine does, others never.

    Not in it: a user name, a fragment, blanks and backslashes, by which browsers end up elsewhere.
    """
    return _ADDRESS.fullmatch(address) is not None and _READ_DIFFERENTLY.search(address) is None
