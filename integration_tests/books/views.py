"""Tables and views that several checks share. What is joined from many types is a table, made anew with its types."""

import re

CARRIED = "('OPENING','TEMPORARY_CARRY_FORWARD','CLOSURE_ACCOUNTING','CLOSURE_WORTH','CLOSURE_EXERCISE')"
"""Types of entries that repeat balances."""

TOTALS = (
    "total_gross",
    "total_discount",
    "total_customer_discount",
    "total_net",
    "total_vat_base",
    "total_vat",
    "total_fee_surcharge",
    "total_vat_fee",
    "total_liquid_no_withholding",
    "total_withholding",
    "total_liquid",
)
"""Totals that documents and their lines have in common."""

DOCUMENTS = ("sales_invoice", "sales_quote", "sales_order", "sales_delivery_note")
LINE_MEMBERS = (
    "id",
    "parent_id",
    "total_quantity",
    "unit_price",
    "first_discount",
    "vat_percentage",
    "equivalence_surcharge_percentage",
    "tax_id",
    "product_id",
    *TOTALS,
)

LEDGER = (
    f"""
    CREATE OR REPLACE TABLE ledger AS
    SELECT l.id, l.parent_id AS entry_id, l.sub_account_id, l.debit_amount, l.credit_amount,
        l.debit_amount - l.credit_amount AS amount,
        e.date, e.entry_type, e.source_type, e.accounting_exercise_id AS exercise_id, e.sales_invoice_id,
        e.source_entity_id, e.journal_type_id, e.is_closed,
        e.entry_type IN {CARRIED} AS carried, a.code, a.account_level, a.account_type, a.sub_account_type,
        t.third_party_id, t.origin, p.match_id, p.matching, p.matching_letter,
        i.id AS invoice_part_id, i.amount AS invoice_amount, coalesce(i.is_cash_vat, false) AS is_cash_vat
    FROM accounting_entry_line l
    JOIN accounting_entry e ON e.id = l.parent_id
    LEFT JOIN accounting_account a ON a.id = l.sub_account_id
    LEFT JOIN accounting_entry_third_party t ON t.parent_id = l.id
    LEFT JOIN accounting_entry_payment p ON p.parent_id = l.id
    LEFT JOIN accounting_entry_invoice i ON i.parent_id = l.id
    """,
    """
    CREATE OR REPLACE TABLE register AS
    SELECT t.*, l.entry_id, l.exercise_id, l.is_cash_vat, l.invoice_part_id, l.invoice_amount,
        coalesce(r.is_intracomunity, false) AS reverse_charge,
        -sign(l.amount) * sign(l.invoice_amount)
            * CASE WHEN coalesce(r.is_intracomunity, false) AND NOT t.deductible THEN -1 ELSE 1 END AS side
    FROM accounting_entry_tax t
    JOIN ledger l ON l.invoice_part_id = t.parent_id
    LEFT JOIN tax_treatment r ON r.id = t.tax_treatment_id
    """,
)

VIEWS = (
    "CREATE VIEW document AS "
    + " UNION ALL ".join(f"SELECT '{name}' AS kind, id, status, {', '.join(TOTALS)} FROM {name}" for name in DOCUMENTS),
    "CREATE VIEW document_line AS "
    + " UNION ALL ".join(f"SELECT '{name}' AS kind, {', '.join(LINE_MEMBERS)} FROM {name}_line" for name in DOCUMENTS),
    """
    CREATE VIEW open_item AS
    SELECT 'sales_invoice' AS kind, i.id, i.parent_id, d.status AS document_status,
        i.amount, i.paid_amount_accumulated AS paid, i.due_date, i.status
    FROM sales_invoice_open_item i JOIN sales_invoice d ON d.id = i.parent_id
    UNION ALL
    SELECT 'purchase_invoice', i.id, i.parent_id, d.status,
        i.amount, i.paid_amount_accumulated, i.due_date, i.status
    FROM purchase_invoice_nested_open_item i JOIN purchase_invoice d ON d.id = i.parent_id
    """,
    """
    CREATE VIEW posted AS
    SELECT 'sales_invoice' AS kind, id, status, total_liquid, coalesce(total_withholding, 0) AS total_withholding,
        first_due_date
    FROM sales_invoice WHERE status IN ('Posted', 'PartiallyCollected', 'Collected')
    UNION ALL
    SELECT 'purchase_invoice', id, status, total_liquid, 0, first_due_date
    FROM purchase_invoice WHERE status IN ('Posted', 'PartiallyPaid', 'Paid')
    """,
)

DEFINITIONS = dict(re.findall(r"(?s)(?:VIEW|TABLE) (\w+) AS(.*?)(?=CREATE|$)", ";".join((*LEDGER, *VIEWS))))
"""Each definition by its name."""
