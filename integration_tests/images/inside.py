"""Runs in a container, on the standard library alone, and prints as JSON what an image consists of."""

import importlib.metadata
import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

ASKED = json.loads(sys.argv[1])
PACKAGES = Path(importlib.util.find_spec("sage_active").origin).parents[1]  # type: ignore[union-attr,arg-type]


def uncompiled(name: str) -> list[str]:
    """Modules of a package without byte code."""
    sources = (PACKAGES / name).rglob("*.py")
    return [str(source) for source in sources if not Path(importlib.util.cache_from_source(str(source))).is_file()]


print(
    json.dumps(
        {
            "user_id": os.getuid(),
            "python": ".".join(str(part) for part in sys.version_info[:2]),
            "distributions": sorted(distribution.name.lower() for distribution in importlib.metadata.distributions()),
            "modules": [name for name in ASKED["modules"] if importlib.util.find_spec(name)],
            "commands": [name for name in ASKED["commands"] if shutil.which(name)],
            "files": [path for path in ASKED["files"] if Path(path).exists()],
            "origins": [str(path) for path in PACKAGES.rglob("direct_url.json")],
            "tests": [str(path) for path in PACKAGES.rglob("tests") if path.is_dir()],
            "uncompiled": [path for name in ASKED["compiled"] for path in uncompiled(name)],
            "writable": os.access(PACKAGES, os.W_OK),
        }
    )
)
