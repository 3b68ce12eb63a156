"""Files that are replaced in one step and readable by their owner only: configurations with tokens, states."""

import json
import os
import tempfile
from pathlib import Path


def replace_json(path: Path, content: object) -> None:
    """Replaces a file with this content as JSON."""
    replace_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def replace_text(path: Path, content: str) -> None:
    """Replaces a file: whoever reads it, even after a crash, finds the old content or the new one, never a half."""
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
