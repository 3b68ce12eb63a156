{# Written by `make models`.

One row for each account of the result and period: income is positive, expenses are negative. Closing entries do not
count. Each row has the line of the server's profit and loss that shows the account. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'balance_sheet', 'fiscal_years', 'journal_entries', 'journals', 'report_positions'])) }}
SELECT
  balance.company_id,
  balance.fiscal_year_id,
  balance.fiscal_year,
  balance.period_start,
  balance.account_id,
  balance.account_code,
  balance.account_name,
  class.account_class,
  position.line_code,
  position.line_description,
  CAST(balance.credit - balance.debit AS {{ sage_active.type_of('money') }}) AS amount
FROM {{ ref('trial_balance_computed') }} AS balance
LEFT JOIN {{ ref('account_positions') }} AS position
  ON position.company_id = balance.company_id
  AND position.account_id = balance.account_id
LEFT JOIN {{ ref('management_classes') }} AS class
  ON class.company_id = balance.company_id AND class.account_id = balance.account_id
WHERE
  balance.account_type = 'INCOME_STATEMENT'
