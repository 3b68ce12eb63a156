"""A company's tables are built when they are first asked for, once, and whole before anything is written."""

from sage_active_sandbox.data.generate import populate
from sage_active_sandbox.store import Company, Store, Table, Tables

ROW = {"id": "x", "creationDate": None, "modificationDate": None}


def built(calls: list[str]) -> Tables:
    """Tables of which two are built together and one from them."""
    tables = Tables()

    def pair() -> dict[str, Table]:
        calls.append("pair")
        return {"A": {"x": dict(ROW)}, "B": {}}

    def following() -> dict[str, Table]:
        calls.append("following")
        return {"C": dict(tables["A"])}

    tables.build_later(("A", "B"), pair)
    tables.build_later(("C",), following)
    return tables


def test_a_table_is_built_once_and_with_those_that_belong_to_it() -> None:
    calls: list[str] = []
    tables = built(calls)
    assert (len(tables), "A" in tables, "Z" in tables, [*tables]) == (3, True, False, ["A", "B", "C"])
    assert calls == []
    assert tables["B"] == {}
    assert tables["A"] == {"x": ROW}
    assert calls == ["pair"]
    assert [*tables["C"]] == ["x"]
    assert calls == ["pair", "following"]


def test_what_is_put_in_the_place_of_a_table_is_not_built_over() -> None:
    calls: list[str] = []
    tables = built(calls)
    tables["A"] = {}
    assert tables["B"] == {}
    assert tables["A"] == {}
    del tables["C"]
    assert [*tables] == ["A", "B"]


def test_a_write_does_not_change_what_is_built_later() -> None:
    calls: list[str] = []
    store = Store()
    store.companies["c"] = Company("c", "n", "DE", "READY", True, environment_id="e", tables=built(calls))
    store.delete("c", "A", "x")
    assert calls == ["pair", "following"]
    assert store.table("c", "A") == {}
    assert [*store.table("c", "C")] == ["x"]


def test_rows_do_not_depend_on_the_order_in_which_tables_are_asked_for() -> None:
    stores = [Store(), Store()]
    for store in stores:
        populate(store, rows=6, companies_per_market=1)
    names = [*next(company for company in stores[0].companies.values() if company.usable).tables]
    for company in stores[0].companies.values():
        for name in reversed(names) if company.usable else ():
            assert company.tables[name] == stores[1].table(company.id, name)
