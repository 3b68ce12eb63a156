"""Builds images and runs containers without a daemon, with an image store of its own."""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from integration_tests.connector import Line, Outcome, message_of

# A machine that is a container itself may not raise limits, and these are lower than any default.
LIMITS: Final = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")
# Layers as mounts where the kernel can; else every layer is a copy of the one below.
DRIVERS: Final = ("overlay", "vfs")
BUILD_SECONDS: Final = 1200
RUN_SECONDS: Final = 300


@dataclass(frozen=True)
class Engine:
    """An image store in a folder, and what is done with its images."""

    folder: Path
    driver: str

    @classmethod
    def over(cls, folder: Path) -> "Engine":
        """An empty store in a folder, with the first driver that works there."""
        for driver in DRIVERS:
            engine = cls(folder / driver, driver)
            if engine._podman("info").returncode == 0:
                return engine
        raise RuntimeError(engine._podman("info").stderr)

    def import_image(self, file_system: Path, name: str, user: str) -> None:
        """Makes an image with one layer of a folder."""
        packed = subprocess.Popen(["tar", "--numeric-owner", "-C", str(file_system), "-c", "."], stdout=subprocess.PIPE)
        done = self._podman("import", "--change", f"USER {user}", "-", name, stdin=packed.stdout)
        if packed.wait() or done.returncode:
            raise RuntimeError(f"The image {name} cannot be made: {done.stderr}")

    def build(
        self,
        context: Path,
        target: str,
        name: str,
        base: str,
        secrets: Mapping[str, Path],
        *,
        moment: int | None = None,
    ) -> float:
        """Builds a target of the Dockerfile; returns the seconds. The layers of an earlier target are used again.

        With a `moment`, in seconds of Unix time, nothing in the image is younger.
        """
        began = time.monotonic()
        options = ["--isolation", "chroot", "--network", "host", "--layers", "--target", target, "--tag", name]
        options += ["--build-arg", f"BASE_IMAGE={base}"]
        if moment is not None:
            options += ["--timestamp", str(moment), "--build-arg", f"SOURCE_DATE_EPOCH={moment}"]
        options += [part for id_, path in secrets.items() for part in ("--secret", f"id={id_},src={path}")]
        done = subprocess.run(
            ["buildah", *self.store_options(), "bud", *options, str(context)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=BUILD_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"The image {name} cannot be built:\n{done.stdout[-4000:]}")
        return time.monotonic() - began

    def run(
        self,
        image: str,
        *arguments: str,
        mounts: Mapping[Path, str] | None = None,
        user: str | None = None,
        entrypoint: str | None = None,
        stdin: bytes = b"",
    ) -> "subprocess.CompletedProcess[bytes]":
        """`docker run -i --rm`, on this machine's network, which is where the stand-in is."""
        options = ["-i", "--rm", "--network=host", *LIMITS]
        options += [part for folder, target in (mounts or {}).items() for part in ("-v", f"{folder}:{target}")]
        options += [*(["--user", user] if user else []), *(["--entrypoint", entrypoint] if entrypoint else [])]
        return subprocess.run(
            ["podman", *self.store_options(), "--runtime", "runc", "run", *options, image, *arguments],
            input=stdin,
            capture_output=True,
            timeout=RUN_SECONDS,
            check=False,
        )

    def command(self, image: str, arguments: Sequence[str], **options: Any) -> Outcome:
        """One command of a connector in its container; `options` as in `run`. ValueError: a line is not a message."""
        began = time.monotonic()
        done = self.run(image, *arguments, **options)
        seconds = time.monotonic() - began
        lines = [Line(None, text, message_of(text)) for text in done.stdout.splitlines()]
        return Outcome(done.returncode, lines, done.stderr.decode(), seconds)

    def described(self, image: str) -> dict[str, Any]:
        """What the store says of an image: `Config` with user, labels and entry point, `Size` in bytes."""
        (description,) = json.loads(self._podman("image", "inspect", image).stdout)
        return dict(description)

    @contextmanager
    def mounted(self, image: str) -> Iterator[Path]:
        """The files of an image, as a folder. Raises `RuntimeError` where they cannot be mounted."""
        done = self._podman("image", "mount", image)
        if done.returncode != 0:
            raise RuntimeError(f"The image {image} cannot be mounted: {done.stderr}")
        try:
            yield Path(done.stdout.strip())
        finally:
            self._podman("image", "unmount", image)

    def remove_all(self) -> None:
        """Removes all containers and images."""
        self._podman("rm", "--all", "--force")
        self._podman("rmi", "--all", "--force")

    def _podman(self, *arguments: str, stdin: Any = None) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["podman", *self.store_options(), *arguments],
            stdin=stdin or subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=BUILD_SECONDS,
            check=False,
        )

    def store_options(self) -> list[str]:
        """What tells buildah and podman where this store is."""
        return [
            "--root",
            str(self.folder / "images"),
            "--runroot",
            str(self.folder / "run"),
            "--storage-driver",
            self.driver,
        ]
