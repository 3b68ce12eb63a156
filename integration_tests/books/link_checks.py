"""Checks of what belongs together: documents and entries, items and accounts, an exercise and the next (X and Y)."""

from integration_tests.books.check import Check, Spoiled
from integration_tests.books.ledger_checks import CENT, HALF_CENT, INVOICE_ENTRY

LINK_CHECKS = (
    Check(
        "X1",
        "A posted document has an entry, whose third-party lines are its amount due",
        "warning",
        f"""
        SELECT p.kind, p.id FROM posted p
        LEFT JOIN (
            SELECT source_entity_id, sum(amount) FILTER (third_party_id IS NOT NULL) AS amount, count(*) AS lines
            FROM ledger WHERE invoice_part_id IS NOT NULL GROUP BY ALL
        ) l ON l.source_entity_id = p.id
        WHERE l.lines IS NULL OR abs(abs(coalesce(l.amount, 0)) - abs(p.total_liquid)) > {CENT}
        """,
        Spoiled("AccountingEntry", INVOICE_ENTRY, {"sourceEntityId": None, "salesInvoiceId": None}),
        frozenset({"X2"}),
    ),
    Check(
        "X2",
        "An entry of sales has its invoice, an entry of a bill its bill",
        "warning",
        """
        SELECT e.id FROM accounting_entry e ANTI JOIN sales_invoice i ON i.id = e.sales_invoice_id
        WHERE e.source_type = 'SALES'
        UNION ALL
        SELECT e.id FROM accounting_entry e ANTI JOIN purchase_invoice b ON b.id = e.source_entity_id
        WHERE e.source_type = 'AP_AUTOMATION'
        """,
        Spoiled("AccountingEntry", INVOICE_ENTRY, {"salesInvoiceId": "00000000-0000-4000-8000-000000000000"}),
    ),
    Check(
        "X3",
        "Receivables and payables are the open items",
        "notice",
        f"""
        WITH booked AS (
            SELECT origin, sum(amount) AS amount FROM ledger WHERE NOT carried AND origin IN ('CUSTOMER', 'SUPPLIER')
            GROUP BY ALL
        ), invoices AS (
            SELECT i.type, p.status, p.total_liquid, sum(o.amount) AS amount, sum(o.paid) AS paid
            FROM open_item o JOIN sales_invoice i ON i.id = o.parent_id JOIN posted p ON p.id = i.id
            WHERE o.kind = 'sales_invoice' GROUP BY i.id, i.type, p.status, p.total_liquid
        ), documents AS (
            SELECT 'CUSTOMER' AS origin, sum(
                CASE WHEN type = 'CREDIT_NOTE' THEN -abs(amount - paid) ELSE amount - paid END
                -- What the customer withholds is not a receivable, even where open items contain it (ES).
                - CASE WHEN status = 'Collected' THEN 0 ELSE amount - total_liquid END
            ) AS amount FROM invoices
            UNION ALL
            SELECT 'SUPPLIER', -sum(o.amount - o.paid) FROM open_item o JOIN posted p ON p.id = o.parent_id
            WHERE o.kind = 'purchase_invoice'
        ), credits AS (
            SELECT sum(o.amount - o.paid_amount_accumulated) AS amount
            FROM accounting_entry_invoice_open_item o
            JOIN ledger l ON l.invoice_part_id = o.parent_id
            JOIN journal_type j ON j.id = l.journal_type_id WHERE j.is_credit_note
        )
        SELECT b.origin, b.amount, d.amount FROM booked b JOIN documents d ON d.origin = b.origin CROSS JOIN credits c
        WHERE abs(
            b.amount - coalesce(d.amount, 0) - CASE WHEN b.origin = 'SUPPLIER' THEN coalesce(c.amount, 0) ELSE 0 END
        ) >= {CENT}
        """,
        Spoiled(
            "SalesInvoice",
            "SELECT i.id FROM sales_invoice i WHERE status = 'Posted' AND type = 'NORMAL' ORDER BY id LIMIT 1",
            {"paidAmountAccumulated": "+1"},
            child="openItems",
        ),
        frozenset({"D6", "D7"}),
    ),
    Check(
        "Y1",
        "An exercise opens with what the one before left: balances and result",
        "error",
        f"""
        WITH balances AS (
            SELECT x.exercise, l.code, l.account_type, l.third_party_id, sum(l.amount) AS amount FROM ledger l
            JOIN accounting_exercise x ON x.id = l.exercise_id
            WHERE l.entry_type NOT LIKE 'CLOSURE%' GROUP BY ALL
        ), opened AS (
            SELECT x.exercise, l.code, l.third_party_id, sum(l.amount) AS amount FROM ledger l
            JOIN accounting_exercise x ON x.id = l.exercise_id
            WHERE l.entry_type IN ('OPENING', 'TEMPORARY_CARRY_FORWARD') GROUP BY ALL
        ), left_over AS (
            SELECT exercise + 1 AS exercise, code, third_party_id, amount FROM balances
            WHERE account_type = 'BALANCE_SHEET'
        ), differences AS (
            SELECT coalesce(o.exercise, b.exercise) AS exercise, coalesce(o.code, b.code) AS code,
                coalesce(o.amount, 0) - coalesce(b.amount, 0) AS amount
            FROM opened o FULL JOIN left_over b
                ON o.exercise = b.exercise AND o.code = b.code
                    AND o.third_party_id IS NOT DISTINCT FROM b.third_party_id
            WHERE coalesce(o.exercise, b.exercise) IN (SELECT exercise FROM opened)
        ), results AS (
            SELECT exercise + 1 AS exercise, sum(amount) AS amount FROM balances
            WHERE account_type IN ('INCOME_STATEMENT', 'ECPN') GROUP BY ALL
        )
        SELECT d.exercise, 'result' FROM (SELECT exercise, sum(amount) AS amount FROM differences GROUP BY ALL) d
        JOIN results r ON r.exercise = d.exercise WHERE abs(d.amount - r.amount) >= {HALF_CENT}
        UNION ALL
        SELECT exercise, code FROM differences
        WHERE abs(amount) >= {HALF_CENT} AND code NOT IN ('0860', '0868', '120000', '129000', '129000000', '130000000')
        """,
        Spoiled(
            "AccountingEntry",
            "SELECT id FROM accounting_entry WHERE entry_type = 'TEMPORARY_CARRY_FORWARD'",
            {"debitAmount": "+1"},
            child="accountingEntryLines",
        ),
        frozenset({"E1", "E2"}),
    ),
)
