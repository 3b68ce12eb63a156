{# Written by `make models`.

One row for each line of an accounting entry, with its journal, fiscal year, period, account and third party.
Summed by account it is the ledger. `entry_role` says what an entry does in a fiscal year: balances are never summed
over several years without looking at it. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'fiscal_years', 'journal_entries', 'journals'])) }}
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
    WHEN line.entry_type = 'OPENING'
    THEN 'opening'
    WHEN line.entry_type = 'TEMPORARY_CARRY_FORWARD'
    THEN 'provisional_opening'
    WHEN line.entry_type IN ('CLOSURE_ACCOUNTING', 'CLOSURE_EXERCISE', 'CLOSURE_WORTH')
    THEN 'closure'
    WHEN line.source_type = 'YEAR_END_PROCESS_PREVIEW'
    THEN 'preview'
    ELSE 'movement'
  END AS entry_role,
  line.fiscal_year_id,
  fiscal_year.fiscal_year,
  COALESCE(period.period_start, {{ sage_active.month_of('line.entry_date') }}) AS period_start,
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
FROM {{ ref('stg_entry_lines') }} AS line
LEFT JOIN {{ ref('stg_journals') }} AS journal
  ON journal.company_id = line.company_id AND journal.journal_id = line.journal_id
LEFT JOIN {{ ref('stg_fiscal_years') }} AS fiscal_year
  ON fiscal_year.company_id = line.company_id
  AND fiscal_year.fiscal_year_id = line.fiscal_year_id
LEFT JOIN {{ ref('stg_periods') }} AS period
  ON period.company_id = line.company_id AND period.period_id = line.period_id
LEFT JOIN {{ ref('stg_accounts') }} AS account
  ON account.company_id = line.company_id AND account.account_id = line.account_id
LEFT JOIN {{ ref('management_classes') }} AS class
  ON class.company_id = line.company_id AND class.account_id = line.account_id
