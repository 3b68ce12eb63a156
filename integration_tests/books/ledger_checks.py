"""Checks of the ledger: entries, matching, taxes, reports (E of the list)."""

from integration_tests.books.check import Check, Spoiled

CENT = "0.01"
HALF_CENT = "0.005"

TYPED_ENTRY = """
SELECT e.id FROM accounting_entry e JOIN journal_type j ON j.id = e.journal_type_id
WHERE e.entry_type = 'GENERAL' AND j.type = 'FINANCIAL' AND year(e.date) = 2025
    AND NOT EXISTS (
        SELECT 1 FROM ledger l WHERE l.entry_id = e.id AND (l.origin IS NOT NULL OR l.account_type = 'ECPN')
    )
    AND (SELECT max(l.debit_amount) FROM ledger l WHERE l.entry_id = e.id) > 10
ORDER BY e.id LIMIT 1
"""
"""An entry of the open exercise without third party or tax."""

CLOSED_ENTRY = TYPED_ENTRY.replace("2025", "2022")
INVOICE_ENTRY = """
SELECT l.entry_id FROM ledger l JOIN sales_invoice i ON i.id = l.sales_invoice_id
WHERE i.type = 'NORMAL' AND l.match_id IS NULL AND i.total_liquid < 1000000
    AND l.origin IS NOT NULL AND i.total_vat > 0
ORDER BY l.entry_id LIMIT 1
"""
MATCHED_ENTRY = """
SELECT l.entry_id FROM ledger l JOIN sales_invoice i ON i.id = l.sales_invoice_id
WHERE i.type = 'NORMAL' AND l.matching = 'FULL_MATCH' AND l.origin = 'CUSTOMER' ORDER BY l.entry_id LIMIT 1
"""
TAGGED_LINE = """
SELECT e.id FROM accounting_entry e JOIN accounting_entry_line l ON l.parent_id = e.id AND l."order" = 1
JOIN accounting_entry_dimension_tag t ON t.parent_id = l.id ORDER BY e.id LIMIT 1
"""
SUMS = "sum(debit_amount) AS debit, sum(credit_amount) AS credit"


def _trial_balance(everything: str, counted: str) -> str:
    return f"""
    SELECT coalesce(l.exercise_id, r.exercise_id), coalesce(l.code, r.account_code) FROM (
        SELECT exercise_id, code, {SUMS} FROM ledger WHERE {counted} GROUP BY ALL
    ) l FULL JOIN (SELECT * FROM trial_balance WHERE everything = {everything}) r
        ON r.exercise_id = l.exercise_id AND r.account_code = l.code
    WHERE coalesce(l.debit, 0) <> coalesce(r.debit_amount, 0) OR coalesce(l.credit, 0) <> coalesce(r.credit_amount, 0)
    """


LEDGER_CHECKS = (
    Check(
        "E1",
        "Debit is credit in every entry",
        "error",
        f"SELECT entry_id FROM ledger GROUP BY entry_id HAVING abs(sum(amount)) >= {HALF_CENT}",
        Spoiled("AccountingEntry", TYPED_ENTRY, {"debitAmount": "+1"}, child="accountingEntryLines"),
        frozenset({"E2"}),
    ),
    Check(
        "E2",
        "A line stands on one side, an entry has two lines",
        "notice",
        """
        SELECT 'sides', id FROM ledger WHERE debit_amount <> 0 AND credit_amount <> 0
        UNION ALL
        SELECT 'lines', e.id FROM accounting_entry e LEFT JOIN accounting_entry_line l ON l.parent_id = e.id
        GROUP BY e.id HAVING count(l.id) < 2
        """,
        Spoiled(
            "AccountingEntry", TYPED_ENTRY, {"debitAmount": "+1", "creditAmount": "+1"}, child="accountingEntryLines"
        ),
    ),
    Check(
        "E3",
        "Lines stand on accounts that exist and can be posted to",
        "error",
        "SELECT id, code FROM ledger WHERE account_level IS DISTINCT FROM 'SUB_ACCOUNT'",
        Spoiled(
            "AccountingEntry",
            TYPED_ENTRY,
            {"subAccountId": "SELECT id FROM accounting_account WHERE account_level = 'ACCOUNT' ORDER BY id LIMIT 1"},
            child="accountingEntryLines",
        ),
        frozenset({"E13"}),
    ),
    Check(
        "E4",
        "Entries lie in their exercise and period",
        "error",
        """
        SELECT e.id FROM accounting_entry e
        LEFT JOIN accounting_exercise x ON x.id = e.accounting_exercise_id
        LEFT JOIN accounting_period p ON p.id = e.accounting_period_id
        WHERE x.id IS NULL OR p.id IS NULL OR e.date NOT BETWEEN x.start_date AND x.end_date
            OR e.date NOT BETWEEN p.start_date AND p.end_date
        """,
        Spoiled(
            "AccountingEntry",
            TYPED_ENTRY,
            {
                "accountingPeriodId": "SELECT p.id FROM accounting_period p, accounting_entry e WHERE e.id = '{id}' "
                "AND e.date NOT BETWEEN p.start_date AND p.end_date ORDER BY p.id LIMIT 1"
            },
        ),
    ),
    Check(
        "E5",
        "Numbers of entries come once and without gaps, within the company, exercise or journal",
        "notice",
        """
        WITH grouped AS (
            SELECT 'company' AS scope, '' AS part, number FROM accounting_entry
            UNION ALL SELECT 'exercise', accounting_exercise_id, number FROM accounting_entry
            UNION ALL SELECT 'journal', journal_type_id, number FROM accounting_entry
            UNION ALL
            SELECT 'exercise and journal', accounting_exercise_id || journal_type_id, number FROM accounting_entry
        ), problems AS (
            SELECT scope, 'twice' AS problem, number FROM grouped GROUP BY scope, part, number HAVING count(*) > 1
            UNION ALL
            SELECT scope, 'gap', max(number) FROM grouped GROUP BY scope, part
            HAVING max(number) - min(number) + 1 <> count(DISTINCT number)
        ), likely AS (
            SELECT g.scope FROM (SELECT DISTINCT scope FROM grouped) g LEFT JOIN problems p ON p.scope = g.scope
            GROUP BY g.scope ORDER BY count(p.scope), g.scope LIMIT 1
        )
        SELECT p.problem, p.number FROM problems p JOIN likely l ON l.scope = p.scope
        UNION ALL
        SELECT 'counter', tan_number FROM accounting_entry WHERE tan_number IS NOT NULL
        GROUP BY tan_number HAVING count(*) > 1
        """,
        Spoiled("AccountingEntry", TYPED_ENTRY, {"number": "+1"}),
    ),
    Check(
        "E6",
        "Lines with a common letter settle one another, in full or in part",
        "warning",
        f"""
        SELECT match_id FROM ledger WHERE match_id IS NOT NULL GROUP BY match_id
        HAVING count(DISTINCT matching) <> 1 OR count(DISTINCT matching_letter) <> 1
            OR (min(matching) = 'FULL_MATCH') <> (abs(sum(amount)) < {CENT})
            OR (min(matching) = 'FULL_MATCH') <> (min(matching_letter) = upper(min(matching_letter)))
            OR count(DISTINCT third_party_id) > 1
        """,
        Spoiled("AccountingEntry", MATCHED_ENTRY, {"debitAmount": "+1"}, child="accountingEntryLines"),
        frozenset({"E1", "X1", "X3", "Y1", "E12"}),
    ),
    Check(
        "E7",
        "The tax register of an entry is its amount, less what is withheld",
        "warning",
        f"""
        WITH taxes AS (
            SELECT invoice_part_id, entry_id, any_value(invoice_amount) AS amount, count(*) AS rates, sum(
                CASE WHEN reverse_charge AND NOT deductible THEN 0
                    WHEN reverse_charge THEN tax_base
                    ELSE tax_base + tax_amount + coalesce(equivalence_surcharge_quota, 0) END
            ) AS total FROM register GROUP BY ALL
        ), withheld AS (
            SELECT entry_id, abs(sum(amount)) AS amount FROM ledger
            WHERE code LIKE '473%' OR code LIKE '4751%' GROUP BY ALL
        )
        SELECT t.invoice_part_id FROM taxes t LEFT JOIN withheld w ON w.entry_id = t.entry_id
        WHERE abs(t.total - coalesce(w.amount, 0) * sign(t.total) - t.amount) > {CENT} * t.rates
        """,
        Spoiled(
            "AccountingEntry", INVOICE_ENTRY, {"accountingEntryInvoice.amount": "+1"}, child="accountingEntryLines"
        ),
        frozenset({"E8"}),
    ),
    Check(
        "E8",
        "The open items of an entry are its amount",
        "warning",
        f"""
        SELECT i.id FROM accounting_entry_invoice i
        LEFT JOIN (
            SELECT parent_id, sum(amount) AS amount FROM accounting_entry_invoice_open_item GROUP BY ALL
        ) o ON o.parent_id = i.id
        WHERE abs(coalesce(o.amount, 0) - i.amount) > {CENT}
        """,
        Spoiled(
            "AccountingEntry",
            INVOICE_ENTRY,
            {"accountingEntryInvoice.openItems.0.amount": "+1"},
            child="accountingEntryLines",
        ),
        frozenset({"X3"}),
    ),
    Check(
        "E9",
        "The dimension amounts of a line are not more than the line",
        "notice",
        f"""
        SELECT l.id FROM ledger l JOIN accounting_entry_dimension_tag t ON t.parent_id = l.id
        GROUP BY l.id, t.dimension_id HAVING sum(t.amount) > any_value(abs(l.amount)) + {HALF_CENT}
        """,
        Spoiled(
            "AccountingEntry",
            TAGGED_LINE,
            {"accountingEntryDimensionTags.0.amount": "+1"},
            child="accountingEntryLines",
        ),
    ),
    Check(
        "E10",
        "The ledger is the server's trial balance, with everything and without closing and provisional entries",
        "error",
        f"""
        {_trial_balance("true", "true")} UNION ALL
        {_trial_balance("false", "entry_type NOT LIKE 'CLOSURE%' AND entry_type <> 'TEMPORARY_CARRY_FORWARD'")}
        """,
        Spoiled("AccountingEntry", TYPED_ENTRY, {"debitAmount": "+1"}, child="accountingEntryLines", stale=True),
    ),
    Check(
        "E11",
        "The sub-ledgers are the server's third-party balances",
        "error",
        f"""
        SELECT coalesce(l.exercise_id, r.exercise_id), coalesce(l.third_party_id, r.third_party_id) FROM (
            SELECT exercise_id, origin, third_party_id, {SUMS} FROM ledger
            WHERE third_party_id IS NOT NULL AND entry_type NOT LIKE 'CLOSURE%' GROUP BY ALL
        ) l FULL JOIN third_party_balance r
            ON r.exercise_id = l.exercise_id AND r.third_party_id = l.third_party_id AND r.third_party_type = l.origin
        WHERE coalesce(l.debit, 0) <> coalesce(r.debit_amount, 0)
            OR coalesce(l.credit, 0) <> coalesce(r.credit_amount, 0)
        """,
        Spoiled("AccountingEntry", INVOICE_ENTRY, {"debitAmount": "+1"}, child="accountingEntryLines", stale=True),
        frozenset({"E10"}),
    ),
    Check(
        "E12",
        "Closed exercises are what they were",
        "error",
        """
        SELECT coalesce(n.exercise_id, b.exercise_id), coalesce(n.code, b.code)
        FROM (SELECT exercise_id, code, sum(amount) AS amount FROM ledger WHERE is_closed GROUP BY ALL) n
        FULL JOIN closed_before b ON b.exercise_id = n.exercise_id AND b.code = n.code
        WHERE n.amount IS DISTINCT FROM b.amount
        """,
        Spoiled("AccountingEntry", CLOSED_ENTRY, {"debitAmount": "+1"}, child="accountingEntryLines"),
        frozenset({"E1", "E2", "Y1"}),
    ),
    Check(
        "E13",
        "Tax accounts are the tax register, in each exercise",
        "warning",
        f"""
        WITH booked AS (
            SELECT exercise_id, sub_account_type LIKE '%OUTPUT_TAX' AS output, sum(amount) AS amount
            FROM ledger WHERE NOT carried AND sub_account_type LIKE '%PUT_TAX' GROUP BY ALL
        ), registered AS (
            SELECT exercise_id, NOT deductible AS output,
                sum(side * (tax_amount + coalesce(equivalence_surcharge_quota, 0))) AS amount
            FROM register GROUP BY ALL
        )
        SELECT coalesce(b.exercise_id, r.exercise_id), coalesce(b.output, r.output)
        FROM booked b FULL JOIN registered r ON r.exercise_id = b.exercise_id AND r.output = b.output
        WHERE abs(coalesce(b.amount, 0) - coalesce(r.amount, 0)) >= {CENT}
        """,
        Spoiled(
            "AccountingEntry",
            INVOICE_ENTRY,
            {
                "accountingEntryInvoice.accountingEntryTaxes.0.taxAmount": "+1",
                "accountingEntryInvoice.accountingEntryTaxes.0.taxBase": "-1",
            },
            child="accountingEntryLines",
        ),
        frozenset({"E14"}),
    ),
    Check(
        "E14",
        "The tax of a rate stands on the account of its treatment",
        "warning",
        f"""
        WITH registered AS (
            SELECT r.entry_id, a.account_id, sum(r.side * r.tax_amount) AS amount
            FROM register r JOIN treatment_account a
                ON a.treatment_id = r.tax_treatment_id AND a.is_input = r.deductible
            WHERE NOT r.is_cash_vat GROUP BY ALL
        ), booked AS (
            SELECT entry_id, sub_account_id AS account_id, sum(amount) AS amount FROM ledger GROUP BY ALL
        )
        SELECT r.entry_id, r.account_id FROM registered r
        LEFT JOIN booked b ON b.entry_id = r.entry_id AND b.account_id = r.account_id
        WHERE abs(coalesce(b.amount, 0) - r.amount) >= {CENT}
        """,
        Spoiled(
            "AccountingEntry",
            INVOICE_ENTRY,
            {
                "accountingEntryInvoice.accountingEntryTaxes.0.taxTreatmentId": "SELECT t.id FROM tax_treatment t "
                "JOIN treatment_account a ON a.treatment_id = t.id WHERE t.register_type = 'ISSUED' AND t.id NOT IN ("
                "SELECT r.tax_treatment_id FROM register r WHERE r.entry_id = '{id}') ORDER BY t.id LIMIT 1"
            },
            child="accountingEntryLines",
        ),
    ),
)
