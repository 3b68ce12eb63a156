"""The rows that are still there."""

from integration_tests.models.world import World
from sql.current_rows import current_models
from sql.generate import CURRENT, FOLDER


def test_rows_that_are_gone_are_left_out(world: World) -> None:
    warehouse = world.warehouse
    streams = [model.name.removeprefix("current_") for model in current_models()]
    for name in streams:
        path = FOLDER / warehouse.dialect.name / CURRENT / f"current_{name}.sql"
        warehouse.execute(path.read_text(encoding="utf-8"))
        ids = [
            sorted(row["id"] for row in warehouse.query(f"SELECT * FROM {table}"))
            for table in (name, f"current_{name}")
        ]
        assert ids[0] == ids[1]
    (row,) = warehouse.query("SELECT * FROM customers ORDER BY id LIMIT 1")
    warehouse.execute("BEGIN TRANSACTION")
    warehouse.execute(f"DELETE FROM record_ids WHERE id = '{row['id']}' AND object = 'customers'")
    gone = {found["id"] for found in warehouse.query("SELECT id FROM current_customers")}
    warehouse.execute("ROLLBACK")
    assert {found["id"] for found in warehouse.query("SELECT id FROM customers")} - gone == {row["id"]}
    assert {"invoices", "journal_entries", "accounts"} <= set(streams)
