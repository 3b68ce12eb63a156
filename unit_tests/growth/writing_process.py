"""Writes records of an object that is not in the table, in a process that can be killed.

`python -m unit_tests.growth.writing_process` reads the resource's name in the table, the name that it has here, the
configuration, the catalog and the lines as JSON from stdin.
"""

import json
import sys
from dataclasses import replace

from destination_sage_active.destination import DestinationSageActive
from unit_tests.growth.fake_objects import OBJECTS


def main() -> None:
    """Writes, and emits nothing."""
    given = json.load(sys.stdin)
    resource = next(known for known in OBJECTS if known.name == given["object"])
    resources = (replace(resource, name=given["name"]), *OBJECTS)
    lines = [line.encode() for line in given["lines"]]
    DestinationSageActive(resources=resources).write_lines(given["config"], given["catalog"], lines, lambda _: None)


if __name__ == "__main__":
    main()
