"""How often the garbage collector looks through what the tests have imported and made."""

import gc

# Python's own value, 700, costs a fifth of the processor time of tests that start the sandbox.
ALLOCATIONS = 100_000


def pytest_configure() -> None:
    """Looks less often, from the first import on."""
    gc.set_threshold(ALLOCATIONS, 10, 10)


def pytest_collection_finish() -> None:
    """Never looks at modules and collected tests: they stay until the end."""
    gc.freeze()
