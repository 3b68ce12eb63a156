"""A library that the framework pins, and that has known advisories in that version, is never imported."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

# See SECURITY.md.
PINNED_WITH_ADVISORIES = "nltk"
PROGRAM = f"""
import sys
from sage_active.runtime import lean_import
def load():
    import {{module}}
lean_import.imported(load)
print({PINNED_WITH_ADVISORIES!r} in sys.modules)
"""


@pytest.mark.parametrize("module", ["source_sage_active.launch", "destination_sage_active.destination"])
def test_it_is_not_imported(module: str) -> None:
    program = PROGRAM.format(module=module)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "False\n", done.stderr
