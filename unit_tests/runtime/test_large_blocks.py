"""Memory of large blocks goes back to the system; that of smaller ones is used again."""

import subprocess
import sys

import pytest

BLOCKS = """
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

PAGES = """
from resource import RUSAGE_SELF, getpagesize, getrusage
from sage_active.runtime.large_blocks import LARGE, give_back_large_blocks

give_back_large_blocks()

def page():
    return [b"x" * (LARGE // 2) for _ in range(3)]

page()
before = getrusage(RUSAGE_SELF).ru_minflt
for _ in range(20):
    page()
print((getrusage(RUSAGE_SELF).ru_minflt - before) * getpagesize() // LARGE)
"""

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems have another C library")


def run_program(program: str) -> int:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True, timeout=60)
    return int(done.stdout)


@on_linux
def test_large_blocks_go_back_although_small_ones_stay() -> None:
    assert run_program(BLOCKS) < 20


@on_linux
def test_pages_of_usual_size_use_the_same_memory_again() -> None:
    assert run_program(PAGES) < 5
