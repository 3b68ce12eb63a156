"""The source piped into the destination, as a shell runs the two."""

import subprocess
from collections.abc import Sequence

from integration_tests.connector import COMMAND, LONGEST_SECONDS, Connector, Outcome
from integration_tests.destination import Destination, catalog, outcome_of

# What identifies a record of the source.
KEY = (("company_id",), ("id",))


def piped(source: Connector, destination: Destination, streams: Sequence[str]) -> Outcome:
    """`source-sage-active read … | destination-sage-active write …`; the outcome of the destination."""
    config = source.write("config.json", source.config)
    configured = source.write("catalog.json", source.configured(streams))
    reading = [*COMMAND, "read", "--config", str(config), "--catalog", str(configured)]
    with subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reader:
        writer = destination.start(
            catalog(streams, primary_key=KEY), stdin=reader.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert reader.stdout is not None
        # The writer alone holds the pipe.
        reader.stdout.close()
        try:
            stdout, stderr = writer.communicate(timeout=LONGEST_SECONDS)
            assert reader.wait(LONGEST_SECONDS) == 0
        finally:
            writer.kill()
            reader.kill()
    return outcome_of(writer, stdout, stderr)
