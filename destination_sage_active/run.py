"""Entry point of the command `destination-sage-active`."""

import sys
from importlib.resources import files


def run() -> None:
    """Runs one command of the connector; `spec` is answered from the package before anything heavy is imported."""
    arguments = sys.argv[1:]
    if arguments == ["spec"]:
        specification = (files("destination_sage_active") / "spec.json").read_text(encoding="utf-8")
        sys.stdout.write('{"type":"SPEC","spec":' + " ".join(specification.splitlines()) + "}\n")
        return
    from destination_sage_active.launch import launch  # noqa: PLC0415 - a second of imports that `spec` can do without

    sys.exit(launch(arguments))


if __name__ == "__main__":
    run()
