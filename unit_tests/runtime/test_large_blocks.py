"""Memory of large blocks goes back to the system."""

import subprocess
import sys

import pytest

PROGRAM = """
from pathlib import Path
from sage_active.runtime.large_blocks import LARGE, give_back_large_blocks

def resident():
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) << 10

give_back_large_blocks()
# The C library learns from what is freed first.
bytearray(8 * LARGE)
before = resident()
blocks, small = [], []
for _ in range(40):
    blocks.append(bytearray(2 * LARGE))
    small.append([object() for _ in range(2000)])
del blocks
print((resident() - before) // LARGE)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have another C library")
def test_large_blocks_go_back_although_small_ones_stay() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True, text=True, timeout=60)
    assert int(done.stdout) < 20
