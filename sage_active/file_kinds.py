"""What a path leads to. Links are followed to what they mean; what is not a regular file is named, not waited for."""

import errno
import os
import stat
from pathlib import Path
from typing import Final

_NAMES: Final = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def followed(path: str | Path) -> Path:
    """Where a path leads, absolute and without links; the end need not be there yet.

    Two names of one file lead to the same place. A ring of links leads to one of them, which cannot be opened.
    """
    return Path(os.path.realpath(path))


def require_regular(path: Path) -> None:
    """Raises `OSError`, with the reason, when something is there that is not a regular file. Opens nothing."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    _refuse(mode, path)


def require_readable_once(path: str | Path) -> None:
    """The same for what is read from its beginning to its end: pipes, and a terminal, will do."""
    mode = Path(path).stat().st_mode
    if not (stat.S_ISFIFO(mode) or (stat.S_ISCHR(mode) and _is_terminal(path))):
        _refuse(mode, path)


def require_authorities(path: str) -> None:
    """The same for certificates of authorities: a file, or a directory of such files."""
    mode = Path(path).stat().st_mode
    if not stat.S_ISDIR(mode):
        _refuse(mode, path)


def _refuse(mode: int, path: str | Path) -> None:
    if not stat.S_ISREG(mode):
        name = _NAMES.get(stat.S_IFMT(mode), "something else")
        raise OSError(errno.EINVAL, f"it is {name}, not a regular file", str(path))


def _is_terminal(path: str | Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        return os.isatty(descriptor)
    finally:
        os.close(descriptor)
