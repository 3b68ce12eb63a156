"""Entries of sales documents: customer against revenue and tax (docs/reference/documents.md, "Posting")."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from sage_active_sandbox.data.books import Books
from sage_active_sandbox.data.entries import (
    Heading,
    Posting,
    Stamp,
    entry_row,
    invoice_part,
    open_item_part,
    tax_part,
    third_party_part,
)
from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.store import Row, Table


def sales_entries(
    books: Books,
    stamp: Stamp,
    invoice: Row,
    heading: Heading,
    *,
    customers: Table,
    products: Table,
    originals: Mapping[str, Row] | None = None,
) -> list[Row]:
    """The balanced entries of an invoice or credit note: one, or two when an advance is deducted.

    Amounts of credit notes stand on the other side of their accounts. ``originals`` are the invoice parts of the
    entries of credited invoices by the invoice's id (ES).
    """
    deducted = [line for line in invoice["lines"] if _deducts_advance(line, products)]
    ordinary = [line for line in invoice["lines"] if line not in deducted]
    items: list[Row] = list(invoice.get("openItems") or [])
    sides = -1 if invoice.get("type") == "CREDIT_NOTE" and invoice["totalLiquid"] >= 0 else 1
    entries = []
    for lines, unsettled in ((ordinary, items), (deducted, [])):
        if not lines:
            continue
        amount = _sum(lines, "totalLiquid")
        settled = amount - sum((item["amount"] for item in unsettled), ZERO)
        shown_items = [*unsettled, _settled_item(settled, invoice["documentDate"])] if deducted else unsettled
        part = invoice_part(
            books,
            stamp,
            {
                "number": invoice["operationalNumber"],
                "date": invoice["documentDate"],
                "operationDate": invoice.get("operationDate"),
                "register": "ISSUED",
                "amends": invoice.get("type") == "CREDIT_NOTE",
            },
            amount=amount,
            openItems=[open_item_part(stamp, item) for item in shown_items],
            accountingEntryTaxes=_taxes(books, stamp, lines),
        )
        _refer_to_original(part, invoice, originals or {})
        postings = _postings(books, stamp, invoice, lines, customers, products, part, advance=lines is deducted)
        turned = [
            Posting(posting.account_id, posting.amount * sides, posting.third_party, posting.invoice)
            for posting in postings
        ]
        entries.append(entry_row(books, stamp, heading, turned))
    return entries


def _postings(
    books: Books,
    stamp: Stamp,
    invoice: Row,
    lines: list[Row],
    customers: Table,
    products: Table,
    part: Row,
    *,
    advance: bool,
) -> list[Posting]:
    customer = customers.get(invoice["customerId"] or "")
    receivable = (customer or {}).get("defaultAccountingAccountId") or books.roles["customer"]
    party = third_party_part(stamp, customer, "CUSTOMER") if customer else None
    postings = [Posting(receivable, _sum(lines, "totalLiquid"), party, part)]
    withheld = _sum(lines, "totalWithholding")
    if withheld:
        postings.append(Posting(books.roles[books.spec.withheld_by_customers or "suspense"], withheld))
    revenue: dict[str, Decimal] = {}
    for line in lines:
        account = _revenue_account(books, invoice, customer, products.get(line.get("productId") or ""), advance=advance)
        revenue[account] = EXACT.add(revenue.get(account, ZERO), line["totalNet"])
    postings += [Posting(account, -amount) for account, amount in revenue.items()]
    taxes: dict[str, Decimal] = {}
    for line in lines:
        account = books.output_tax(line.get("taxId"))
        taxes[account] = EXACT.add(taxes.get(account, ZERO), line["totalVat"])
    surcharge = _sum(lines, "totalFeeSurcharge")
    if surcharge:
        taxes[books.roles[books.spec.surcharge or "output_tax"]] = surcharge
    return postings + [Posting(account, -amount) for account, amount in taxes.items() if amount]


def _revenue_account(books: Books, invoice: Row, customer: Row | None, product: Row | None, *, advance: bool) -> str:
    """Account of the product or the company's default; other accounts abroad, and for advances."""
    if advance or invoice.get("type") == "PAYMENT_IN_ADVANCE":
        return (customer or {}).get("defaultPrepaymentAccountingAccountId") or books.roles["prepayment"]
    if customer is not None and customer.get("countryAcronym") not in (None, books.market.code):
        return books.roles["intracommunity" if customer.get("viesCode") else "foreign"]
    return (product or {}).get("salesAccountingAccountId") or books.roles["goods"]


def _taxes(books: Books, stamp: Stamp, lines: Iterable[Row]) -> list[Row]:
    by_rate: dict[tuple[str | None, Decimal | None], Row] = {}
    for line in lines:
        key = (line.get("taxId"), line.get("equivalenceSurchargePercentage"))
        amounts = by_rate.setdefault(key, {"base": ZERO, "tax": ZERO, "surcharge": ZERO, "surchargePercentage": key[1]})
        for name, member in (("base", "totalVatBase"), ("tax", "totalVat"), ("surcharge", "totalFeeSurcharge")):
            amounts[name] = EXACT.add(amounts[name], line[member])
    return [
        tax_part(stamp, books.issued(tax_id), books.taxes.get(tax_id or ""), amounts, deductible=False)
        for (tax_id, _), amounts in by_rate.items()
    ]


def _deducts_advance(line: Row, products: Table) -> bool:
    """A line with a negative quantity of the hidden advance product.

    Source: docs/reference/documents.md, "Credit notes and advance invoices".
    """
    product = products.get(line.get("productId") or "", {})
    return bool(product.get("category") == "CONCEPT" and line["totalQuantity"] < 0)


def _refer_to_original(part: Row, invoice: Row, originals: Mapping[str, Row]) -> None:
    original = originals.get(invoice.get("sourceSalesInvoiceId") or "")
    if original is None or part["creditNoteType"] is None:
        return
    taxes = original["accountingEntryTaxes"]
    part.update(
        originalAccountingEntryInvoiceId=original["id"],
        originalInvoiceDate=original["documentDate"],
        originalInvoiceNumber=original["externalInvoiceNumber"],
        originalEntryInvoiceTaxesBaseSum=_sum(taxes, "taxBase"),
        originalEntryInvoiceTaxesTaxAmountSum=_sum(taxes, "taxAmount"),
        originalEntryInvoiceTaxesSurchargeAmountSum=_sum(taxes, "equivalenceSurchargeQuota"),
    )


def _settled_item(amount: Decimal, due: object) -> Row:
    """What an advance settles of the invoice from which it is deducted."""
    return {
        "amount": amount,
        "paidAmountAccumulated": amount,
        "dueDate": due,
        "status": "COLLECTED",
        "paymentMeanId": None,
    }


def _sum(rows: Iterable[Row], member: str) -> Decimal:
    total = ZERO
    for row in rows:
        total = EXACT.add(total, row[member])
    return total
