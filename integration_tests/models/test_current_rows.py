"""The rows that are still there."""

from integration_tests.models.world import World
from sql.current_rows import current_models
from sql.generate import CURRENT, FOLDER


def test_rows_that_are_gone_are_left_out(world: World) -> None:
    warehouse = world.warehouse
    streams = [model.name.removeprefix("current_") for model in current_models()]
    warehouse.execute((FOLDER / warehouse.dialect.name / CURRENT).read_text(encoding="utf-8"))
    for name in streams:
        ids = [
            sorted(row["id"] for row in warehouse.query(f"SELECT * FROM {table}"))
            for table in (name, f"current_{name}")
        ]
        assert ids[0] == ids[1]
    (row,) = warehouse.query("SELECT * FROM customers ORDER BY id LIMIT 1")
    with world.undone():
        warehouse.execute(f"DELETE FROM record_ids WHERE id = '{row['id']}' AND object = 'customers'")
        present = {found["id"] for found in warehouse.query("SELECT id FROM current_customers")}
    assert {found["id"] for found in warehouse.query("SELECT id FROM customers")} - present == {row["id"]}
    assert {"invoices", "journal_entries", "accounts"} <= set(streams)
