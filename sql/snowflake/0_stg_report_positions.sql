-- One row for each line of the statements that shows an account.
CREATE OR REPLACE VIEW stg_report_positions AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ACCOUNTID" AS account_id,
  raw."BALANCEGUIDELINECODE" AS line_code,
  raw."BALANCEGUIDELINEDESCRIPTION" AS line_description,
  COALESCE(raw."ISMAIN", FALSE) AS is_main,
  COALESCE(raw."ALTERNATIVEPOSITIONIFNEGATIVE", FALSE) AS is_alternative
FROM report_positions AS raw;
