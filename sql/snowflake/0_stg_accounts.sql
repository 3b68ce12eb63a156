-- One row for each account of the chart, of all levels.
CREATE OR REPLACE VIEW stg_accounts AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS account_id,
  COALESCE(
    CAST(GET_PATH(raw."CODE", 'value') AS VARCHAR),
    CASE WHEN TYPEOF(raw."CODE") = 'VARCHAR' THEN CAST(raw."CODE" AS VARCHAR) END
  ) AS account_code,
  raw."NAME" AS account_name,
  raw."ACCOUNTTYPE" AS account_type,
  raw."SUBACCOUNTTYPE" AS sub_account_type,
  raw."ACCOUNTLEVEL" AS account_level,
  raw."YEARENDCLOSINGACCOUNTID" AS year_end_closing_account_id
FROM accounts AS raw;
