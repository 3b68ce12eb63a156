"""What several declarations have in common about what is built and offered."""

from typing import Final

from sage_active.markets import CONNECTIONS, DIRECT, MAESN
from sage_active.resources.resource import CREATE, OPERATIONS, READ, UPDATE, Cell

DIRECT_ALL: Final = frozenset((DIRECT, operation) for operation in OPERATIONS)
READ_EVERYWHERE: Final = frozenset((connection, READ) for connection in CONNECTIONS)
CREATE_DIRECTLY: Final = frozenset({(DIRECT, READ), (DIRECT, CREATE)})
EVERYWHERE: Final = DIRECT_ALL | {(MAESN, READ), (MAESN, CREATE)}
PLANNED_AT_MAESN: Final = {(MAESN, operation): Cell.PLANNED for operation in OPERATIONS}
NO_ENTITY: Final = {(DIRECT, operation): Cell.NO_ENTITY for operation in OPERATIONS}
# Maesn announces updates of what it has already.
UPDATES_PLANNED: Final = {(MAESN, UPDATE): Cell.PLANNED}
