-- One row for each line of an accounting entry, with its journal, fiscal year, period, account and third party.
-- Summed by account it is the ledger. `entry_role` says what an entry does in a fiscal year: balances are never summed
-- over several years without looking at it.
CREATE OR REPLACE VIEW general_ledger AS
WITH stg_accounts AS MATERIALIZED (
  SELECT
    *
  FROM stg_accounts
), stg_entry_lines AS MATERIALIZED (
  SELECT
    *
  FROM stg_entry_lines
), stg_fiscal_years AS MATERIALIZED (
  SELECT
    *
  FROM stg_fiscal_years
), stg_journals AS MATERIALIZED (
  SELECT
    *
  FROM stg_journals
), stg_periods AS MATERIALIZED (
  SELECT
    *
  FROM stg_periods
)
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
  COALESCE(period.period_start, CAST(DATE_TRUNC('MONTH', line.entry_date) AS DATE)) AS period_start,
  line.account_id,
  account.account_code,
  account.account_name,
  account.account_type,
  CASE
    WHEN account.account_type = 'INCOME_STATEMENT'
    AND account.sub_account_type IN ('REVENUE', 'NEUTRAL_REVENUE', 'SALES_DEDUCTION', 'EXCHANGE_RATE_INCOME')
    THEN 'income'
    WHEN account.account_type = 'INCOME_STATEMENT'
    AND account.sub_account_type IN (
      'CHARGE',
      'COST',
      'NEUTRAL_EXPENSES',
      'REDUCTION_IN_EXPENSES',
      'EXCHANGE_RATE_EXPENSE'
    )
    THEN 'expense'
    WHEN account.account_type = 'INCOME_STATEMENT'
    THEN 'income_statement'
    WHEN account.account_type = 'ECPN'
    THEN 'equity'
    WHEN account.account_type <> 'BALANCE_SHEET' OR account.account_type IS NULL
    THEN 'other'
    WHEN account.sub_account_type IN (
      'BANK',
      'CASH',
      'CUSTOMER',
      'FIXED_ASSET',
      'STOCK',
      'CURRENT_ASSETS',
      'INPUT_TAX',
      'CURRENT_ASSETS_INPUT_TAX',
      'DEPRECIATION_PROVISION',
      'SUPPLIER_PREPAYMENT',
      'SUPPLIER_PREPAYMENT_TAX_INCLUDED'
    )
    THEN 'asset'
    WHEN account.sub_account_type IN (
      'PROVIDER',
      'EMPLOYEE',
      'BORROWED_CAPITAL',
      'OUTPUT_TAX',
      'BORROWED_CAPITAL_OUTPUT_TAX',
      'CUSTOMER_PREPAYMENT',
      'CUSTOMER_PREPAYMENT_TAX_INCLUDED'
    )
    THEN 'liability'
    WHEN account.sub_account_type IN ('CAPITAL', 'MANAGEMENT_RESULT', 'RESULT_BALANCE_SHEET')
    THEN 'equity'
    ELSE 'balance_sheet'
  END AS account_class,
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
  line.is_closed,
  line.sales_invoice_id,
  line.source_entity_id
FROM stg_entry_lines AS line
LEFT JOIN stg_journals AS journal
  ON journal.company_id = line.company_id AND journal.journal_id = line.journal_id
LEFT JOIN stg_fiscal_years AS fiscal_year
  ON fiscal_year.company_id = line.company_id
  AND fiscal_year.fiscal_year_id = line.fiscal_year_id
LEFT JOIN stg_periods AS period
  ON period.company_id = line.company_id AND period.period_id = line.period_id
LEFT JOIN stg_accounts AS account
  ON account.company_id = line.company_id AND account.account_id = line.account_id;
