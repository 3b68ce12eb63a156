"""What an audit has read so far, for those who look at how far it is."""

from sage_active.client import Company
from sage_active.runtime.progress import Progress
from sage_active.runtime.waits import WAITS


class RowsRead:
    """Rows by stream, of all companies together."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._companies: set[str] = set()

    def begin(self, company: Company) -> None:
        """The next company."""
        self._companies.add(company.id)

    def advance(self, stream: str, rows: int) -> None:
        """Further rows of a stream."""
        self._rows[stream] = self._rows.get(stream, 0) + rows

    def look(self) -> Progress:
        """How far it is."""
        return Progress(dict(self._rows), companies=len(self._companies), waiting=WAITS.most())
