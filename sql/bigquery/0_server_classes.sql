-- One row for each account of the balance sheet, with its side in the server's own report. The report does not say which
-- lines are assets: they are taken to be those before the first line that shows capital. The lines from there to the
-- result of the year, or to the last one that shows capital, are equity, and the rest are liabilities. A company has no
-- rows here if an account whose side is known stands elsewhere.
CREATE OR REPLACE VIEW server_classes AS
SELECT
  CAST(NULL AS STRING) AS company_id,
  CAST(NULL AS STRING) AS account_id,
  CAST(NULL AS STRING) AS account_class,
  CAST(NULL AS STRING) AS other_class
LIMIT 0;
