"""All objects in one sync: everything arrives, everything is found again, and the books of the company are in order."""

import io
import json
from collections import Counter
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from integration_tests.destination import Destination, committed, records, state
from integration_tests.every_record import OPTIONS, WRITTEN, stored
from sage_active.markets import MARKETS
from sage_active_cli.run import main
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

COUNT = 12
# Documents refer to more customers and items than there are documents.
STOCK = {"customers": 20, "items": 20}


@pytest.mark.parametrize("market", [market.code.lower() for market in MARKETS])
def test_a_company_is_written_whole_and_audited(
    sandbox: Sandbox, company: Company, destination: Destination, tmp_path: Path
) -> None:
    destination.set(settle_seconds=0, **OPTIONS)
    rows = {
        stream: written.make(sandbox, company, stream, STOCK.get(stream, COUNT)) for stream, written in WRITTEN.items()
    }
    # What comes first refers to what comes later: the destination brings them into their order.
    lines = [line for stream, sent in reversed(rows.items()) for line in (*records(stream, sent), state(stream, 1))]
    outcome = destination.write(lines, list(rows))
    assert (outcome.code, destination.rejected()) == (0, []), outcome.errors
    for stream, sent in rows.items():
        member = WRITTEN[stream].member
        counts = Counter(str(row[member]) for row in stored(sandbox, company, stream))
        assert [row[member] for row in sent if counts[str(row[member])] != 1] == [], stream
    # As after Clear or a merge refresh, all rows come again.
    sandbox.mutations.clear()
    outcome = destination.write(lines, list(rows))
    assert outcome.code == 0, outcome.errors
    assert destination.counts() == {"unchanged": sum(map(len, rows.values()))}
    assert committed(sandbox) == {}
    # The audit signs in with the first grant.
    sandbox.reset_tokens()
    chosen = {"companies": [{"company_id": company.id}], "token_path": str(tmp_path / "audit-tokens.json")}
    path = tmp_path / "audit.json"
    path.write_text(json.dumps(sandbox.configuration("direct", company.market.lower()) | chosen), encoding="utf-8")
    output = io.StringIO()
    with redirect_stdout(output):
        code = main(["audit", "--config", str(path)])
    assert code == 0, output.getvalue()
