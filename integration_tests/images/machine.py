"""What this machine needs to build and run images without a docker daemon, and how its pip reaches packages."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

# Command -> Debian package.
TOOLS: Final = {"buildah": "buildah", "podman": "podman", "runc": "runc", "debootstrap": "debootstrap"}
# Settings of pip that say where packages come from; any other may name a path of this machine.
TRANSPORT: Final = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries")
# Where the Dockerfile puts the certificates of a build.
CERTIFICATES: Final = "/etc/pip-certificates.pem"
INSTALL_SECONDS: Final = 600


class UnfitMachineError(Exception):
    """The machine lacks something that cannot be installed from here; the text says what, and what to do."""


def prepare() -> None:
    """Installs the tools that are missing, and says so. Raises `UnfitMachineError` where that cannot be done."""
    if os.geteuid() != 0:
        raise UnfitMachineError("Making a base image (debootstrap) needs root: run `sudo make image-test`.")
    missing_packages = sorted(package for command, package in TOOLS.items() if shutil.which(command) is None)
    if not missing_packages:
        return
    if shutil.which("apt-get") is None:
        raise UnfitMachineError(f"Please install {', '.join(missing_packages)}: there is no apt-get that could do it.")
    print(f"Installing {', '.join(missing_packages)} with apt-get", flush=True)
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *missing_packages]):
        done = subprocess.run(
            ["apt-get", "--quiet", *arguments],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise UnfitMachineError(f"`apt-get {' '.join(arguments)}` failed: {done.stderr.strip()}")


def build_secrets(folder: Path) -> dict[str, Path]:
    """The optional secrets of the Dockerfile, by id, so that a build reaches packages as this machine's pip does."""
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    settings = dict(pip_settings(listing.splitlines()))
    certificates = next((Path(path) for path in _certificates(settings) if path and Path(path).is_file()), None)
    configuration = folder / "pip.conf"
    configuration.write_text(pip_configuration(settings, certified=certificates is not None), encoding="utf-8")
    return {"pip.conf": configuration} | ({"certificates": certificates} if certificates else {})


def pip_settings(listing: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names and values out of the lines of `pip config list`, such as `global.cert='/a.pem'`.

    Those of the environment come last: in a dict they win, as they do for pip.
    """
    settings = [line.partition("=") for line in listing if "=" in line]
    for section, _, value in sorted(settings, key=lambda parts: parts[0].startswith(":env:")):
        yield section.rpartition(".")[2], str(ast.literal_eval(value))


def pip_configuration(settings: Mapping[str, str], *, certified: bool) -> str:
    """A configuration file for the build: the ways to packages that exist outside this machine."""
    kept = {
        name: " ".join(url for url in settings[name].split() if not _local(url)) for name in TRANSPORT & settings.keys()
    }
    lines = [f"{name} = {value}" for name, value in sorted(kept.items()) if value]
    return "\n".join(["[global]", *lines, *([f"cert = {CERTIFICATES}"] if certified else [])]) + "\n"


def _local(url: str) -> bool:
    return url.startswith(("file:", "/", "."))


def _certificates(settings: Mapping[str, str]) -> Iterator[str | None]:
    yield settings.get("cert")
    yield os.environ.get("REQUESTS_CA_BUNDLE")
    yield os.environ.get("SSL_CERT_FILE")
