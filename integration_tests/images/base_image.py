"""A stand-in for Airbyte's base image, made from Debian's packages: Python, certificates, and the user `airbyte`."""

import subprocess
import time
from pathlib import Path
from typing import Final

# Debian's release -> the Python that it brings; the real base image brings 3.13.
RELEASES: Final = {"bookworm": "3.11", "trixie": "3.13", "testing": "3.14"}
# What testing holds moves from day to day: it is tried when somebody asks for it.
USUAL: Final = ("trixie", "bookworm")
NEWEST: Final = "trixie"
PACKAGES: Final = ("python3", "python3-venv", "ca-certificates", "tzdata")
USER: Final = "airbyte"
USER_ID: Final = 1000
LONGEST_SECONDS: Final = 900


def make(release: str, folder: Path) -> float:
    """Puts the file system of the image into a new folder; returns the seconds. `RuntimeError` says what failed."""
    began = time.monotonic()
    _run("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", release, str(folder))
    _run("chroot", str(folder), "useradd", "--uid", str(USER_ID), "--create-home", USER)
    # Neither belongs to an image.
    _run("chroot", str(folder), "sh", "-c", "rm -rf /var/lib/apt/lists/* /var/cache/apt/*")
    return time.monotonic() - began


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)
    if done.returncode != 0:
        raise RuntimeError(
            f"`{' '.join(command)}` ended with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}"
        )
