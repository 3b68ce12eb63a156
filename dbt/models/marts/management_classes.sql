{# Written by `make models`.

One row for each account, with its class: that of group_account_map if a row of it fits, else the side of the server's
balance sheet, else what the kind of sub-account or of account tells. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts'])) }}
WITH mapped AS (
  SELECT
    account.company_id,
    account.account_id,
    given.account_class,
    ROW_NUMBER() OVER (
      PARTITION BY account.company_id, account.account_id
      ORDER BY LENGTH(given.account_prefix) DESC, CASE
        WHEN NOT given.company_id IS NULL
        THEN 0
        WHEN NOT given.chart IS NULL
        THEN 1
        ELSE 2
      END, given.account_class
    ) AS choice
  FROM {{ ref('stg_accounts') }} AS account
  LEFT JOIN {{ ref('stg_accounting_setup') }} AS setup
    ON setup.company_id = account.company_id
  JOIN {{ ref('group_account_map') }} AS given
    ON given.account_prefix = SUBSTRING(account.account_code, 1, LENGTH(given.account_prefix))
    AND (
      given.company_id IS NULL OR given.company_id = account.company_id
    )
    AND (
      given.chart IS NULL OR given.chart = setup.chart
    )
  WHERE
    NOT given.account_class IS NULL
), kinds AS (
  SELECT
    company_id,
    account_id,
    account_code,
    account_type,
    CASE
      WHEN account_type = 'INCOME_STATEMENT'
      AND sub_account_type IN ('REVENUE', 'NEUTRAL_REVENUE', 'SALES_DEDUCTION', 'EXCHANGE_RATE_INCOME')
      THEN 'income'
      WHEN account_type = 'INCOME_STATEMENT'
      AND sub_account_type IN (
        'CHARGE',
        'COST',
        'NEUTRAL_EXPENSES',
        'REDUCTION_IN_EXPENSES',
        'EXCHANGE_RATE_EXPENSE'
      )
      THEN 'expense'
      WHEN account_type <> 'BALANCE_SHEET'
      THEN NULL
      WHEN sub_account_type IN (
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
      WHEN sub_account_type IN (
        'PROVIDER',
        'EMPLOYEE',
        'BORROWED_CAPITAL',
        'OUTPUT_TAX',
        'BORROWED_CAPITAL_OUTPUT_TAX',
        'CUSTOMER_PREPAYMENT',
        'CUSTOMER_PREPAYMENT_TAX_INCLUDED'
      )
      THEN 'liability'
      WHEN sub_account_type IN ('CAPITAL', 'MANAGEMENT_RESULT', 'RESULT_BALANCE_SHEET')
      THEN 'equity'
    END AS kind_class
  FROM {{ ref('stg_accounts') }} AS stg_accounts
)
SELECT
  kinds.company_id,
  kinds.account_id,
  kinds.account_code,
  CASE
    WHEN NOT mapped.account_class IS NULL
    THEN mapped.account_class
    WHEN NOT server.account_class IS NULL
    THEN server.account_class
    WHEN NOT kinds.kind_class IS NULL
    THEN kinds.kind_class
    WHEN kinds.account_type = 'INCOME_STATEMENT'
    THEN 'income_statement'
    WHEN kinds.account_type = 'ECPN'
    THEN 'equity'
    WHEN kinds.account_type = 'BALANCE_SHEET'
    THEN 'balance_sheet'
    ELSE 'other'
  END AS account_class,
  CASE
    WHEN NOT mapped.account_class IS NULL
    THEN 'group_account_map'
    WHEN NOT server.account_class IS NULL
    THEN 'report_positions'
    WHEN NOT kinds.kind_class IS NULL
    THEN 'sub_account_type'
    ELSE 'account_type'
  END AS class_source,
  CASE WHEN mapped.account_class IS NULL THEN server.other_class END AS other_class
FROM kinds
LEFT JOIN mapped
  ON mapped.company_id = kinds.company_id
  AND mapped.account_id = kinds.account_id
  AND mapped.choice = 1
LEFT JOIN {{ ref('server_classes') }} AS server
  ON server.company_id = kinds.company_id AND server.account_id = kinds.account_id
