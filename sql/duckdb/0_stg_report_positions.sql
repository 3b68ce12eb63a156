-- One row for each line of the statements that shows an account.
CREATE OR REPLACE VIEW stg_report_positions AS
SELECT
  raw."company_id" AS company_id,
  raw."accountId" AS account_id,
  raw."balanceGuideLineCode" AS line_code,
  raw."balanceGuideLineDescription" AS line_description,
  COALESCE(raw."isMain", FALSE) AS is_main,
  COALESCE(raw."alternativePositionIfNegative", FALSE) AS is_alternative
FROM report_positions AS raw;
