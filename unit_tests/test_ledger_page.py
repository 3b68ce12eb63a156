"""The page of examples/ledger: amounts as markets write them, charts with their values, nothing from elsewhere."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest

from examples.ledger.charts import Series, bars, columns
from examples.ledger.figures import BUCKETS, Account, Company, Row, TaxLine, TaxMonth, Year, company_figures
from examples.ledger.formats import FORMATS
from examples.ledger.page import ledger_page
from sql.source import read_models, streams

DEMO: Final = Path(__file__).parent.parent / "examples" / "ledger_demo.py"
MONTHS: Final = [date(2025, month, 1) for month in range(1, 13)]
DIFFERENT: Final = Decimal("0.03")


@pytest.mark.parametrize(
    ("market", "value", "amount", "day"),
    [
        ("DE", "1234567.895", "1.234.567,90", "31.12.2025"),
        ("DE", "-1234.5", "−1.234,50", "31.12.2025"),
        ("ES", "1234.5", "1234,50", "31/12/2025"),
        ("ES", "12345.5", "12.345,50", "31/12/2025"),
        ("FR", "1234567.5", "1\u202f234\u202f567,50", "31/12/2025"),
        ("FR", "-0.001", "0,00", "31/12/2025"),
    ],
)
def test_amounts_and_days_are_written_as_in_the_market(market: str, value: str, amount: str, day: str) -> None:
    assert FORMATS[market].amount(Decimal(value)) == amount
    assert FORMATS[market].euro(Decimal(value)) == f"{amount}\u00a0€"
    assert FORMATS[market].date(date(2025, 12, 31)) == day


def test_rates_have_digits_only_where_needed() -> None:
    assert FORMATS["DE"].percent(Decimal("19.000000")) == "19\u00a0%"
    assert FORMATS["FR"].percent(Decimal("5.500000")) == "5,50\u00a0%"


def test_columns_are_as_high_as_their_amounts_and_say_them() -> None:
    amounts = [Decimal("100.10"), Decimal("-50.05"), Decimal(0)]
    chart = drawing(columns("c", "A <chart>", ["a", "b", "c"], [Series("net", "first", amounts)], FORMATS["DE"]))
    first, second, third = rectangles(chart)
    assert [unescape(mark["title"]) for mark in (first, second, third)] == [
        "a, net: 100,10\u00a0€",
        "b, net: −50,05\u00a0€",
        "c, net: 0,00\u00a0€",
    ]
    assert first["height"] == pytest.approx(2 * second["height"], abs=0.2)
    assert first["y"] + first["height"] == pytest.approx(second["y"], abs=0.2)
    assert third["height"] == 0


def test_bars_are_as_long_as_their_amounts() -> None:
    amounts = [Decimal(30), Decimal(10)]
    first, second = rectangles(drawing(bars("b", "Bars", ["a", "b"], Series("open", "first", amounts), FORMATS["FR"])))
    assert first["width"] == pytest.approx(3 * second["width"], abs=0.2)
    assert first["x"] == second["x"]


@pytest.mark.parametrize("amounts", [["0", "0"], ["-5", "-1"], ["0.01", "0.02"], ["12345678901", "1"]])
def test_charts_of_any_amounts_stay_within_their_edges(amounts: list[str]) -> None:
    series = Series("net", "first", [Decimal(amount) for amount in amounts])
    for chart in (
        columns("c", "Columns", ["a", "b"], [series], FORMATS["ES"]),
        bars("b", "Bars", ["a", "b"], series, FORMATS["ES"]),
    ):
        drawn = drawing(chart)
        _, _, width, height = map(float, drawn.attrib["viewBox"].split())
        for mark in rectangles(drawn):
            assert mark["x"] >= 0 and mark["x"] + mark["width"] <= width
            assert mark["y"] >= 0 and mark["y"] + mark["height"] <= height


def test_the_page_needs_nothing_from_elsewhere_and_names_its_charts() -> None:
    page = ledger_page([company("DE"), replace(company("DE"), id="DE-0000-0001")])
    assert not re.search(r"https?://|<script|<link|@import|\bsrc=|url\(", page)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    labels = re.findall(r'<svg [^>]*role="img" aria-labelledby="([^"]+)"', page)
    assert len(labels) == page.count("<svg ") == 8
    assert {name for label in labels for name in label.split()} <= set(ids)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert "Müller &lt;&amp;&gt; Söhne" in page and "<&>" not in page


def test_the_tables_have_the_amounts_and_their_sums() -> None:
    page = ledger_page([company("DE")])
    cells = [unescape(cell) for cell in re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", page)]
    assert "7.800,00" in cells, "sales of the year: 100 + 200 + … + 1.200"
    assert cells.count("1.200,00") == 1, "sales of December"
    assert "−190,00" in cells, "VAT of a month: 10 on sales, 200 deductible"
    assert cells[cells.index("All", cells.index("Account")) :][:9] == [
        "All", "", "0,00", "50,00", "50,00", "0,00", "50,00", "50,00", "0,00",
    ]  # fmt: skip
    assert "Every account agrees with the server’s own report." in page


def test_a_difference_from_the_server_is_said() -> None:
    page = ledger_page([company("DE", difference=DIFFERENT)])
    assert "Every account agrees" not in page and "sage-active audit" in page
    assert "0,03\u00a0€" in page and "class=proof" not in page


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2025, 7, 15), date(2025, 9, 30), [date(2025, 7, 1), date(2025, 8, 1), date(2025, 9, 1)]),
        (date(2024, 12, 1), date(2025, 1, 31), [date(2024, 12, 1), date(2025, 1, 1)]),
    ],
)
def test_a_fiscal_year_has_the_months_from_its_first_to_its_last(start: date, end: date, expected: list[date]) -> None:
    queries: list[str] = []

    def query(sql: str) -> Sequence[Row]:
        queries.append(sql)
        if "FROM fiscal_year_openings" in sql:
            year = {"fiscal_year_id": "y", "fiscal_year": 2025, "year_start": start, "year_end": end}
            return [year | {"opening_source": "computed"}]
        if "FROM invoiced_sales_by_customer" in sql:
            return [{"sales_month": expected[0], "net": Decimal(5), "documents": 1}]
        return [{"reports": 0}] if "AS reports" in sql else []

    figures = company_figures(query, "c", "Company", "FR")
    assert list(figures.sales) == list(figures.documents) == expected
    assert figures.sales[expected[0]] == Decimal(5)
    bounds = [sql for sql in queries if "_month BETWEEN" in sql]
    assert bounds and all(f"BETWEEN DATE '{expected[0]}' AND DATE '{end}'" in sql for sql in bounds)


def test_the_demo_reads_the_streams_that_the_models_need() -> None:
    models = {model.name: model for model in read_models()}
    needed = frozenset[str]().union(*(streams(model, models) for model in models.values()))
    (declared,) = [
        node.value
        for node in ast.parse(DEMO.read_text(encoding="utf-8")).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "STREAMS"
    ]
    assert declared and set(ast.literal_eval(declared)) == needed | {"companies"}


def company(market: str, difference: Decimal = Decimal(0)) -> Company:
    """A company with small round figures."""
    zero = Decimal(0)
    return Company(
        id=f"{market}-0000-0000",
        name="Müller <&> Söhne",
        market=market,
        year=Year("year", "2025", MONTHS[0], date(2025, 12, 31), "computed"),
        sales={month: Decimal(100 * month.month) for month in MONTHS},
        documents=dict.fromkeys(MONTHS, 2),
        receivables=dict.fromkeys(BUCKETS, Decimal("12.34")),
        payables=dict.fromkeys(BUCKETS, Decimal("-1.5")),
        tax_months=[TaxMonth("UST", month, Decimal(10), zero, Decimal(200)) for month in MONTHS],
        tax_lines=[TaxLine("output", "UST", "Full rate", Decimal(19), Decimal(100), Decimal(19), zero, zero)],
        accounts=[
            Account("1200", "Bank", zero, Decimal(50), zero, Decimal(50), Decimal(50), zero, difference),
            Account("8400", "Sales", zero, zero, Decimal(50), Decimal(-50), zero, Decimal(50), zero),
        ],
        compared_reports=12,
    )


def drawing(svg: str) -> ElementTree.Element:
    """A chart, parsed: it must be well-formed."""
    return ElementTree.fromstring(svg)


def rectangles(drawn: ElementTree.Element) -> list[Mapping[str, Any]]:
    """The marks of a chart: where they are, and what they say."""
    return [
        {
            **{name: float(mark.attrib[name]) for name in ("x", "y", "width", "height")},
            "title": mark.findtext("title") or "",
        }
        for mark in drawn.iter("rect")
    ]
