-- One row for each line of the server's profit and loss of a fiscal year.
CREATE OR REPLACE VIEW stg_profit_and_loss AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."EXERCISEID" AS fiscal_year_id,
  raw."CODE" AS line_code,
  raw."DESCRIPTION" AS line_description,
  raw."LINETYPE" AS line_type,
  raw."ORDER" AS line_position,
  CAST(raw."AMOUNTTOTAL" AS DECIMAL(38, 6)) AS amount
FROM profit_and_loss AS raw;
