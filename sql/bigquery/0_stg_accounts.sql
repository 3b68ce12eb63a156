-- One row for each account of the chart, of all levels.
CREATE OR REPLACE VIEW stg_accounts AS
SELECT
  raw.`company_id` AS company_id,
  raw.`id` AS account_id,
  COALESCE(JSON_VALUE(raw.`code`, '$.value'), JSON_VALUE(raw.`code`, '$')) AS account_code,
  raw.`name` AS account_name,
  raw.`accountType` AS account_type,
  raw.`subAccountType` AS sub_account_type,
  raw.`accountLevel` AS account_level,
  raw.`yearEndClosingAccountId` AS year_end_closing_account_id
FROM accounts AS raw;
