"""A destination that appends the data of each stream's records to `<stream>.jsonl`, in the folder that its
configuration names: `{"folder": "..."}`. It shows what a destination has to do for sync.py: echo a STATE once
everything before it is safe."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO


def write(folder: Path, lines: Iterable[str], emit: IO[str]) -> None:
    """Appends the records among `lines`, and sends every STATE back after its records."""
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, IO[str]] = {}
    with ExitStack() as opened:
        for line in lines:
            message = json.loads(line)
            if message["type"] == "RECORD":
                stream = message["record"]["stream"]
                if stream not in files:
                    files[stream] = opened.enter_context((folder / f"{stream}.jsonl").open("a", encoding="utf-8"))
                files[stream].write(json.dumps(message["record"]["data"]) + "\n")
            elif message["type"] == "STATE":
                for file in files.values():
                    file.flush()
                    os.fsync(file.fileno())
                emit.write(line)
                emit.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs `write --config FILE --catalog FILE`."""
    parser = argparse.ArgumentParser(description="Appends records to files.")
    parser.add_argument("command", choices=("write",))
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--catalog", type=Path, required=True)
    options = parser.parse_args(arguments)
    write(Path(json.loads(options.config.read_text(encoding="utf-8"))["folder"]), sys.stdin, sys.stdout)


if __name__ == "__main__":
    main()
