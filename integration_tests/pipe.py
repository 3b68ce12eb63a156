"""The source piped into the destination, as a shell runs the two."""

import subprocess
from collections.abc import Sequence

from integration_tests.connector import COMMAND, LONGEST_SECONDS, Connector, Outcome
from integration_tests.connector import killed_after as killing
from integration_tests.destination import Destination, catalog, outcome_of

# What identifies a record of the source.
KEY = (("company_id",), ("id",))


def piped(
    source: Connector, destination: Destination, streams: Sequence[str], *, killed_after: float | None = None
) -> Outcome:
    """`source-sage-active read … | destination-sage-active write …`; the outcome of the destination.

    `killed_after`: so many seconds after its start the destination is killed, if it has not ended by then.
    """
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
            with killing(killed_after or LONGEST_SECONDS, writer):
                stdout, stderr = writer.communicate()
            assert reader.wait(LONGEST_SECONDS) == 0 or writer.returncode
        finally:
            writer.kill()
            reader.kill()
    return outcome_of(writer, stdout, stderr)
