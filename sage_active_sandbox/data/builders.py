"""Which tables of a company are built together, in which order they follow from one another, and from what."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from sage_active_sandbox.data.bank import bank_tables
from sage_active_sandbox.data.bills import Bills
from sage_active_sandbox.data.books import Books, open_books
from sage_active_sandbox.data.employees import employees
from sage_active_sandbox.data.files import files
from sage_active_sandbox.data.invoices import Invoices
from sage_active_sandbox.data.ledger import Ledger
from sage_active_sandbox.data.maker import Maker
from sage_active_sandbox.data.market import Market
from sage_active_sandbox.data.markets import MARKETS
from sage_active_sandbox.data.orders import Orders
from sage_active_sandbox.data.parties import SAMPLE_ROWS, Parties
from sage_active_sandbox.data.price_lists import price_list_tables
from sage_active_sandbox.data.products import advance_product, products
from sage_active_sandbox.data.reference import References
from sage_active_sandbox.store import Company, Row, Store, Table, Tables


@dataclass(frozen=True)
class Plan:
    """What the tables of one company are built from; each subject has random material of its own."""

    store: Store
    company: Company
    references: References
    rows: int

    @property
    def market(self) -> Market:
        """The company's market."""
        return MARKETS[self.company.market]

    @property
    def tables(self) -> Tables:
        """The company's tables."""
        return self.company.tables

    @cached_property
    def books(self) -> Books:
        """The look-ups of its ledger."""
        return open_books(self.store, self.company.id)

    @property
    def samples(self) -> bool:
        """Does the company hold samples of awkward values."""
        return self.rows >= SAMPLE_ROWS

    def maker(self, subject: str) -> Maker:
        """The random material of one subject."""
        return Maker(self.company.id, subject)


def build_later(store: Store, company: Company, references: References, rows: int) -> None:
    """Announce all tables that are not reference tables."""
    plan = Plan(store, company, references, rows)
    price_lists = {name: company.tables.pop(name) for name in PRICE_LISTS}
    for names, builder in BUILDERS.items():
        company.tables.build_later(names, partial(builder, plan))
    company.tables.build_later(PRICE_LISTS, partial(_price_lists, plan, price_lists))


def _parties(plan: Plan) -> dict[str, Table]:
    parties = Parties(plan.market, plan.references, plan.maker("parties"))
    return {"Customer": parties.customers(plan.rows), "Supplier": parties.suppliers(plan.rows // 2)}


def _products(plan: Plan) -> dict[str, Table]:
    maker = plan.maker("products")
    table = products(plan.rows // 2, plan.market, plan.references, maker, samples=plan.samples)
    if plan.rows >= ROWS_WITH_ADVANCES:
        row = advance_product(plan.market, plan.references, plan.maker("advances"))
        table[row["id"]] = row
    return {"Product": table}


def _invoices(plan: Plan) -> dict[str, Table]:
    customers, everything = [*plan.tables["Customer"].values()], [*plan.tables["Product"].values()]
    hidden = [row for row in everything if row["category"] == "CONCEPT"]
    items = [row for row in everything if row["category"] != "CONCEPT"]
    invoices = Invoices(plan.market, plan.references, plan.maker("invoices"), customers, items)
    table = invoices.invoices(plan.rows * 2, samples=plan.samples)
    for product in hidden:
        table |= invoices.advances(product, plan.rows // ROWS_WITH_ADVANCES)
    template_id = plan.maker("templates").uuid()
    for row in [*table.values()][RECURRING_EVERY - 1 :: RECURRING_EVERY]:
        row["salesInvoiceTemplateId"] = template_id
    return {"SalesInvoice": table}


def _price_lists(plan: Plan, lists: Mapping[str, Table]) -> dict[str, Table]:
    tariffs, discounts = (lists[name] for name in PRICE_LISTS)
    return price_list_tables(tariffs, discounts, [*plan.tables["Product"].values()], plan.maker("price lists"))


def _employees(plan: Plan) -> dict[str, Table]:
    return {"Employee": employees(plan.rows, plan.books, plan.references, plan.maker("employees"))}


def _orders(plan: Plan) -> dict[str, Table]:
    invoices = [*plan.tables["SalesInvoice"].values()]
    return Orders(plan.maker("orders"), plan.references.presets, invoices).tables()


def _bills(plan: Plan) -> dict[str, Table]:
    suppliers = [*plan.tables["Supplier"].values()]
    bills = Bills(plan.books, plan.maker("bills"), suppliers, plan.references.rates)
    return {"PurchaseInvoice": bills.bills(plan.rows)}


def _ledger(plan: Plan) -> dict[str, Table]:
    return {"AccountingEntry": Ledger(plan.books, plan.maker("ledger"), plan.tables).entries()}


def _bank(plan: Plan) -> dict[str, Table]:
    methods, categories = plan.tables["PaymentMethod"], plan.tables["TransactionCategory"]
    return bank_tables(plan.books, plan.maker("bank"), methods, categories, plan.tables["AccountingEntry"])


def _files(plan: Plan) -> dict[str, Table]:
    def owners() -> Iterator[tuple[str, Row]]:
        for entity, name in FILE_OWNERS.items():
            yield from ((entity, row) for row in plan.tables[name].values())

    return {"EntityFile": files(plan.maker("files"), plan.tables["PurchaseInvoice"].values(), owners())}


ROWS_WITH_ADVANCES = 20
"""For so many customers there is one advance invoice, and the invoice that deducts it."""
RECURRING_EVERY = 20
"""One invoice in so many comes from a template."""
PRICE_LISTS = ("SalesTariff", "SalesDiscountGroup")
FILE_OWNERS = {
    "CUSTOMER": "Customer",
    "SUPPLIER": "Supplier",
    "PRODUCT": "Product",
    "EMPLOYEE": "Employee",
    "ACCOUNTING_ENTRY": "AccountingEntry",
}

BUILDERS: Mapping[tuple[str, ...], Callable[[Plan], dict[str, Table]]] = {
    ("Customer", "Supplier"): _parties,
    ("Product",): _products,
    ("SalesInvoice",): _invoices,
    ("Employee",): _employees,
    ("SalesQuote", "SalesOrder", "SalesDeliveryNote", "RelatedSalesDocument"): _orders,
    ("PurchaseInvoice",): _bills,
    ("AccountingEntry",): _ledger,
    ("BankAccount", "BankingRule", "BankMovement"): _bank,
    ("EntityFile",): _files,
}
"""Tables that are built together, and how."""
