-- One row for each line of an accounting entry, with its journal, fiscal year, period, account and third party.
-- Summed by account it is the ledger. `entry_role` says what an entry does in a fiscal year: balances are never summed
-- over several years without looking at it.
--
-- columns:
--   company_id text: the company
--   entry_id text: the entry
--   entry_line_id text: the line; with the company the key
--   line_order whole: position of the line in its entry
--   entry_number whole: number of the entry
--   entry_date day: day of the entry
--   document_date day: day of the document
--   document_number text: number of the document, of the line or else of the entry
--   journal_code text: code of the journal
--   journal_name text: name of the journal
--   journal_type text: kind of journal
--   entry_type text: kind of entry, as Sage Active says
--   source_type text: where the entry comes from
--   entry_role text: opening (OPENING), provisional_opening (TEMPORARY_CARRY_FORWARD), closure (CLOSURE_*), preview (a year-end process that is not final), or movement
--   fiscal_year_id text: the fiscal year
--   fiscal_year whole: its name, a year
--   period_start day: first day of the period, or of the month if the entry has no period
--   account_id text: the account
--   account_code text: code of the account
--   account_name text: name of the account
--   account_type text: kind of account: BALANCE_SHEET, INCOME_STATEMENT, ECPN …
--   account_class text: its class, as in management_classes
--   sub_account_type text: kind of sub-account
--   third_party_id text: customer, supplier or employee of the line
--   third_party_code text: its code
--   third_party_name text: its name
--   third_party_kind text: CUSTOMER, SUPPLIER or EMPLOYEE
--   description text: text of the line, or else of the entry
--   debit money: debit
--   credit money: credit
--   amount money: debit less credit
--   matching_letter text: letter of the match: small if it is partial
--   match_id text: lines with the same one are matched
--   matching text: FULL_MATCH or PARTIAL_MATCH; null if the line is not matched
--   is_closed flag: whether the entry is closed
--   close_date day: day on which it was closed
--   sales_invoice_id text: the sales invoice or credit note that the entry posts
--   source_entity_id text: what the entry comes from, such as a bill
--   entry_invoice_id text: the invoice part of the line; null if it has none, such as a payment
--   invoice_number text: number of the invoice, in that part
--   invoice_date day: its day, in that part
--   invoice_amount money: its amount, in that part
SELECT
  line.company_id,
  line.entry_id,
  line.entry_line_id,
  line.line_order,
  line.entry_number,
  line.entry_date,
  line.document_date,
  line.document_number,
  journal.journal_code,
  journal.journal_name,
  journal.journal_type,
  line.entry_type,
  line.source_type,
  CASE
    WHEN line.entry_type = 'OPENING' THEN 'opening'
    WHEN line.entry_type = 'TEMPORARY_CARRY_FORWARD' THEN 'provisional_opening'
    WHEN line.entry_type IN ('CLOSURE_ACCOUNTING', 'CLOSURE_EXERCISE', 'CLOSURE_WORTH') THEN 'closure'
    WHEN line.source_type = 'YEAR_END_PROCESS_PREVIEW' THEN 'preview'
    ELSE 'movement'
  END AS entry_role,
  line.fiscal_year_id,
  fiscal_year.fiscal_year,
  COALESCE(period.period_start, month_of(line.entry_date)) AS period_start,
  line.account_id,
  account.account_code,
  account.account_name,
  account.account_type,
  class.account_class,
  account.sub_account_type,
  line.third_party_id,
  line.third_party_code,
  line.third_party_name,
  line.third_party_kind,
  line.description,
  line.debit,
  line.credit,
  line.debit - line.credit AS amount,
  line.matching_letter,
  line.match_id,
  line.matching,
  line.is_closed,
  line.close_date,
  line.sales_invoice_id,
  line.source_entity_id,
  line.entry_invoice_id,
  line.invoice_number,
  line.invoice_date,
  line.invoice_amount
FROM stg_entry_lines AS line
LEFT JOIN stg_journals AS journal
  ON journal.company_id = line.company_id AND journal.journal_id = line.journal_id
LEFT JOIN stg_fiscal_years AS fiscal_year
  ON fiscal_year.company_id = line.company_id AND fiscal_year.fiscal_year_id = line.fiscal_year_id
LEFT JOIN stg_periods AS period
  ON period.company_id = line.company_id AND period.period_id = line.period_id
LEFT JOIN stg_accounts AS account
  ON account.company_id = line.company_id AND account.account_id = line.account_id
LEFT JOIN management_classes AS class
  ON class.company_id = line.company_id AND class.account_id = line.account_id
