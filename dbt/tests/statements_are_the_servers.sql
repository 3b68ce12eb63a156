{# Written by `make models`.

Each line of the two statements is what the server's report says. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'balance_sheet', 'fiscal_years', 'journal_entries', 'journals', 'profit_and_loss', 'report_positions'])) }}
SELECT
  company_id,
  fiscal_year_id,
  statement,
  line_code,
  amount,
  server_amount,
  difference
FROM {{ ref('statements_compared') }} AS statements_compared
WHERE
  difference <> 0
