"""Checks of sales documents and bills (D and B of the list)."""

from integration_tests.books.check import Check, Spoiled
from integration_tests.books.views import TOTALS

CENT = "0.01"
HALF_CENT = "0.005"
NOTHING = "coalesce({}, 0)"

PLAIN_INVOICE = """
SELECT i.id FROM sales_invoice i
WHERE i.status = 'Closed' AND i.type = 'NORMAL' AND NOT i.has_credit_note AND i.total_liquid < 1000000
ORDER BY i.id LIMIT 1
"""
POSTED_INVOICE = """
SELECT i.id FROM sales_invoice i
WHERE i.status = 'Posted' AND i.type = 'NORMAL' AND NOT i.has_credit_note AND i.total_liquid < 1000000
ORDER BY i.id LIMIT 1
"""
COLLECTED_INVOICE = POSTED_INVOICE.replace("'Posted'", "'Collected'")
NOT_POSTED = "NOT IN ('Posted', 'PartiallyPaid', 'Paid') AND total_liquid > 0"
UNPOSTED_BILL = f"SELECT id FROM purchase_invoice WHERE status {NOT_POSTED} ORDER BY id LIMIT 1"

TWO_BILLS = """
purchase_invoice a JOIN purchase_invoice b
    ON a.id <> b.id AND a.supplier_id <> b.supplier_id AND abs(date_diff('day', a.invoice_date, b.invoice_date)) <= 400
"""
BILL_TO_REPEAT = (
    f"SELECT a.id FROM {TWO_BILLS} WHERE a.status NOT IN ('Posted', 'PartiallyPaid', 'Paid') ORDER BY a.id LIMIT 1"
)
OTHER_BILL = f"SELECT b.{{member}} FROM {TWO_BILLS} WHERE a.id = '{{{{id}}}}' ORDER BY b.id LIMIT 1"

SUMS = ", ".join(f"sum({name}) AS {name}" for name in TOTALS)
DIFFERENCES = " OR ".join(
    f"abs({NOTHING.format(f'd.{n}')} - {NOTHING.format(f's.{n}')}) >= {HALF_CENT}" for n in TOTALS
)

DOCUMENT_CHECKS = (
    Check(
        "D1",
        "The totals of a document are the sums of its lines",
        "warning",
        f"""
        SELECT d.kind, d.id FROM document d
        LEFT JOIN (SELECT kind, parent_id, {SUMS} FROM document_line GROUP BY ALL) s
            ON s.kind = d.kind AND s.parent_id = d.id
        WHERE {DIFFERENCES}
        """,
        Spoiled("SalesInvoice", PLAIN_INVOICE, {"totalGross": "+1", "totalDiscount": "+1"}),
    ),
    Check(
        "D2",
        "Gross, discounts, net, tax, surcharge, withholding and amount due agree",
        "warning",
        f"""
        SELECT kind, id FROM document
        WHERE abs(total_gross - total_discount - total_customer_discount - total_net) >= {CENT}
            OR abs(total_net + total_vat + coalesce(total_fee_surcharge, 0) - total_liquid_no_withholding) >= {CENT}
            OR abs(total_liquid_no_withholding - coalesce(total_withholding, 0) - total_liquid) >= {CENT}
        """,
        Spoiled("SalesInvoice", PLAIN_INVOICE, {"totalLiquidNoWithholding": "+1"}),
        frozenset({"D1"}),
    ),
    Check(
        "D3",
        "Quantity times price is gross, base times rate is tax",
        "notice",
        f"""
        SELECT kind, id FROM document_line
        WHERE abs(CAST(total_quantity AS DOUBLE) * CAST(unit_price AS DOUBLE) - CAST(total_gross AS DOUBLE))
                > greatest({CENT}, abs(CAST(total_gross AS DOUBLE)) * 1e-12)
            OR abs(CAST(total_vat_base AS DOUBLE) * CAST(vat_percentage AS DOUBLE) / 100 - CAST(total_vat AS DOUBLE))
                > greatest({CENT}, abs(CAST(total_vat AS DOUBLE)) * 1e-12)
        """,
        Spoiled("SalesInvoice", PLAIN_INVOICE, {"totalQuantity": "+1"}, child="lines"),
    ),
    Check(
        "D4",
        "The tax of a document is the tax of its rates",
        "warning",
        f"""
        SELECT d.kind, d.id FROM document d
        JOIN (
            SELECT kind, parent_id, sum(base * rate / 100) AS tax, sum(lines) AS lines FROM (
                SELECT kind, parent_id, CAST(vat_percentage AS DECIMAL(8,2)) AS rate,
                    CAST(sum(total_vat_base) AS DECIMAL(28,2)) AS base, count(*) AS lines
                FROM document_line GROUP BY ALL
            ) GROUP BY ALL
        ) r ON r.kind = d.kind AND r.parent_id = d.id
        WHERE abs(d.total_vat - r.tax) > greatest({CENT} * r.lines, abs(d.total_vat) * 1e-14)
        """,
        Spoiled("SalesInvoice", PLAIN_INVOICE, {"totalVat": "+1", "totalLiquidNoWithholding": "+1"}),
        frozenset({"D1", "D2"}),
    ),
    Check(
        "D5",
        "The open items of a posted document are its amount due",
        "warning",
        f"""
        SELECT p.kind, p.id FROM posted p
        LEFT JOIN (SELECT kind, parent_id, sum(amount) AS amount FROM open_item GROUP BY ALL) o
            ON o.kind = p.kind AND o.parent_id = p.id
        WHERE abs(abs(coalesce(o.amount, 0)) - abs(p.total_liquid)) >= {CENT}
            AND abs(abs(coalesce(o.amount, 0)) - abs(p.total_liquid + p.total_withholding)) >= {CENT}
        """,
        Spoiled("SalesInvoice", POSTED_INVOICE, {"amount": "+1"}, child="openItems"),
        frozenset({"X3"}),
    ),
    Check(
        "D6",
        "What is paid of an item lies between nothing and its amount, as its status says",
        "warning",
        """
        SELECT kind, id FROM open_item
        WHERE paid * sign(amount) < 0 OR abs(paid) > abs(amount)
            OR (status IN ('COLLECTED', 'PAID')) <> (paid = amount AND amount <> 0)
            OR (status = 'PARTIAL') <> (paid <> 0 AND abs(paid) < abs(amount))
            OR (status = 'NOT_SPECIFIED') <> (paid = 0 AND amount <> 0)
        """,
        Spoiled("SalesInvoice", PLAIN_INVOICE, {"status": "PARTIAL"}, child="openItems"),
    ),
    Check(
        "D7",
        "The status of a document is that of its items",
        "warning",
        """
        SELECT p.kind, p.id FROM posted p
        JOIN (
            SELECT kind, parent_id, sum(abs(paid)) AS paid, sum(abs(amount)) AS amount FROM open_item GROUP BY ALL
        ) o ON o.kind = p.kind AND o.parent_id = p.id
        WHERE (p.status IN ('Collected', 'Paid')) <> (o.paid = o.amount)
            OR (p.status = 'Posted') <> (o.paid = 0 AND o.amount <> 0)
            OR (p.status IN ('PartiallyCollected', 'PartiallyPaid')) <> (o.paid > 0 AND o.paid < o.amount)
        """,
        Spoiled("SalesInvoice", POSTED_INVOICE, {"status": "Collected"}),
    ),
    Check(
        "D8",
        "The first due date is the earliest of the items",
        "notice",
        """
        SELECT p.kind, p.id FROM posted p
        JOIN (SELECT kind, parent_id, min(due_date) AS due FROM open_item GROUP BY ALL) o
            ON o.kind = p.kind AND o.parent_id = p.id
        WHERE p.first_due_date IS DISTINCT FROM o.due
        """,
        Spoiled("SalesInvoice", POSTED_INVOICE, {"firstDueDate": "2019-01-01T00:00:00+00:00"}),
    ),
    Check(
        "D9",
        "Closed documents have numbers, each once, without gaps in a series",
        "notice",
        """
        WITH numbered AS (
            SELECT id, operational_number AS number,
                regexp_extract(operational_number, '^(.*?)([0-9]+)$', 1) AS series,
                CAST(nullif(regexp_extract(operational_number, '^(.*?)([0-9]+)$', 2), '') AS BIGINT) AS position
            FROM sales_invoice WHERE status <> 'Pending'
        )
        SELECT 'without', id FROM numbered WHERE number IS NULL
        UNION ALL SELECT 'twice', number FROM numbered WHERE number IS NOT NULL GROUP BY number HAVING count(*) > 1
        UNION ALL
        SELECT 'gap', series FROM numbered WHERE number IS NOT NULL GROUP BY series
        HAVING max(position) - min(position) + 1 <> count(DISTINCT position)
        """,
        Spoiled("SalesInvoice", PLAIN_INVOICE, {"operationalNumber": None}),
    ),
    Check(
        "D10",
        "A credit note has its invoice, and is not higher",
        "warning",
        """
        SELECT n.id FROM sales_invoice n
        LEFT JOIN sales_invoice s ON s.id = n.source_sales_invoice_id
        LEFT JOIN sales_invoice_line l ON l.parent_id = n.id
        WHERE n.type = 'CREDIT_NOTE' GROUP BY n.id
        HAVING any_value(s.id) IS NULL OR NOT bool_and(s.has_credit_note)
            OR any_value(abs(n.total_liquid)) > any_value(abs(s.total_liquid))
            OR count(DISTINCT sign(l.total_liquid)) > 1
        """,
        Spoiled(
            "SalesInvoice",
            "SELECT s.id FROM sales_invoice s JOIN sales_invoice n ON n.source_sales_invoice_id = s.id "
            "ORDER BY s.id LIMIT 1",
            {"hasCreditNote": False},
        ),
    ),
    Check(
        "D11",
        "Customers, products, suppliers, journals and taxes that are referred to exist",
        "warning",
        """
        SELECT 'customer', d.id FROM sales_invoice d ANTI JOIN customer c ON c.id = d.customer_id
        UNION ALL
        SELECT 'product', l.id FROM document_line l ANTI JOIN product p ON p.id = l.product_id
        WHERE l.product_id IS NOT NULL
        UNION ALL
        SELECT 'tax', l.id FROM document_line l ANTI JOIN tax t ON t.id = l.tax_id WHERE l.tax_id IS NOT NULL
        UNION ALL
        SELECT 'supplier', b.id FROM purchase_invoice b ANTI JOIN supplier s ON s.id = b.supplier_id
        WHERE b.supplier_id IS NOT NULL
        UNION ALL
        SELECT 'journal', e.id FROM accounting_entry e ANTI JOIN journal_type j ON j.id = e.journal_type_id
        """,
        Spoiled("SalesInvoice", PLAIN_INVOICE, {"customerId": "00000000-0000-4000-8000-000000000000"}),
    ),
    Check(
        "B1",
        "A bill's tax lines are its amount due",
        "warning",
        f"""
        SELECT b.id FROM purchase_invoice b
        JOIN supplier s ON s.id = b.supplier_id
        LEFT JOIN (
            SELECT l.parent_id, count(*) AS lines, sum(l.total_vat_base) AS base,
                sum(l.total_vat) FILTER (NOT coalesce(t.is_intracomunity, false)) AS tax
            FROM purchase_invoice_line l LEFT JOIN tax_treatment t ON t.id = l.tax_treatment_id GROUP BY ALL
        ) v ON v.parent_id = b.id
        WHERE least(
            abs(v.base + coalesce(v.tax, 0) - b.total_liquid),
            CASE WHEN s.personal_income_tax
                THEN abs(v.base * 0.85 + coalesce(v.tax, 0) - b.total_liquid) ELSE 999999999 END
        ) > {CENT} * v.lines OR v.lines IS NULL
        """,
        Spoiled("PurchaseInvoice", UNPOSTED_BILL, {"totalLiquid": "+1", "pendingAmount": "+1"}),
    ),
    Check(
        "B2",
        "What is pending of a bill is its amount without what is paid",
        "warning",
        f"""
        SELECT b.id FROM purchase_invoice b
        LEFT JOIN (
            SELECT parent_id, sum(paid) AS paid FROM open_item WHERE kind = 'purchase_invoice' GROUP BY ALL
        ) o ON o.parent_id = b.id
        WHERE abs(b.total_liquid - coalesce(o.paid, 0) - b.pending_amount) >= {CENT}
        """,
        Spoiled("PurchaseInvoice", UNPOSTED_BILL, {"pendingAmount": "+1"}),
    ),
    Check(
        "B3",
        "A supplier's number comes once in 400 days",
        "warning",
        """
        SELECT a.id, b.id FROM purchase_invoice a
        JOIN purchase_invoice b ON a.supplier_id = b.supplier_id AND a.id < b.id
            AND regexp_replace(upper(a.invoice_number), '[^A-Z0-9]', '', 'g')
                = regexp_replace(upper(b.invoice_number), '[^A-Z0-9]', '', 'g')
            AND abs(date_diff('day', a.invoice_date, b.invoice_date)) <= 400
        """,
        Spoiled(
            "PurchaseInvoice",
            BILL_TO_REPEAT,
            {
                "invoiceNumber": OTHER_BILL.format(member="invoice_number"),
                "supplierId": OTHER_BILL.format(member="supplier_id"),
            },
        ),
        frozenset({"B1"}),
    ),
    Check(
        "P1",
        "Documents that are closed and not in accounting",
        "notice",
        "SELECT id FROM sales_invoice WHERE status = 'Closed'",
        Spoiled(
            "SalesInvoice",
            "SELECT id FROM sales_invoice WHERE status = 'Pending' ORDER BY id LIMIT 1",
            {"status": "Closed"},
        ),
        frozenset({"D9"}),
        informs=True,
    ),
)
