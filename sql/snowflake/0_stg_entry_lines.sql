-- One row for each line of an accounting entry, with the heading of the entry. The lines come from the list in the
-- entry: only that list is right after a line was deleted.
CREATE OR REPLACE VIEW stg_entry_lines AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS entry_id,
  CAST(GET_PATH(line.value, 'id') AS VARCHAR) AS entry_line_id,
  CAST((
    CAST(GET_PATH(line.value, 'order') AS VARCHAR)
  ) AS BIGINT) AS line_order,
  raw."NUMBER" AS entry_number,
  CAST(SUBSTRING(CAST(raw."DATE" AS VARCHAR), 1, 10) AS DATE) AS entry_date,
  CAST(SUBSTRING(CAST(raw."DOCUMENTDATE" AS VARCHAR), 1, 10) AS DATE) AS document_date,
  CAST(SUBSTRING(CAST(raw."CLOSEDATE" AS VARCHAR), 1, 10) AS DATE) AS close_date,
  COALESCE(CAST(GET_PATH(line.value, 'documentNumber') AS VARCHAR), raw."DOCUMENTNUMBER") AS document_number,
  COALESCE(CAST(GET_PATH(line.value, 'description') AS VARCHAR), raw."DESCRIPTION") AS description,
  raw."DESCRIPTION" AS entry_description,
  raw."JOURNALTYPEID" AS journal_id,
  raw."ACCOUNTINGEXERCISEID" AS fiscal_year_id,
  raw."ACCOUNTINGPERIODID" AS period_id,
  raw."ENTRYTYPE" AS entry_type,
  raw."SOURCETYPE" AS source_type,
  raw."ISCLOSED" AS is_closed,
  raw."SALESINVOICEID" AS sales_invoice_id,
  raw."SOURCEENTITYID" AS source_entity_id,
  CAST(GET_PATH(line.value, 'subAccountId') AS VARCHAR) AS account_id,
  COALESCE(
    CAST((
      CAST(GET_PATH(line.value, 'debitAmount') AS VARCHAR)
    ) AS DECIMAL(38, 6)),
    0
  ) AS debit,
  COALESCE(
    CAST((
      CAST(GET_PATH(line.value, 'creditAmount') AS VARCHAR)
    ) AS DECIMAL(38, 6)),
    0
  ) AS credit,
  CAST(GET_PATH(line.value, 'accountingEntryThirdParty.thirdPartyId') AS VARCHAR) AS third_party_id,
  CAST(GET_PATH(line.value, 'accountingEntryThirdParty.code') AS VARCHAR) AS third_party_code,
  CAST(GET_PATH(line.value, 'accountingEntryThirdParty.socialName') AS VARCHAR) AS third_party_name,
  CAST(GET_PATH(line.value, 'accountingEntryThirdParty.origin') AS VARCHAR) AS third_party_kind,
  CAST(GET_PATH(line.value, 'accountingEntryPayment.matching') AS VARCHAR) AS matching,
  CAST(GET_PATH(line.value, 'accountingEntryPayment.matchingLetter') AS VARCHAR) AS matching_letter,
  CAST(GET_PATH(line.value, 'accountingEntryPayment.matchId') AS VARCHAR) AS match_id,
  CAST(GET_PATH(line.value, 'accountingEntryInvoice.id') AS VARCHAR) AS entry_invoice_id,
  CAST(GET_PATH(line.value, 'accountingEntryInvoice.externalInvoiceNumber') AS VARCHAR) AS invoice_number,
  CAST((
    CAST(GET_PATH(line.value, 'accountingEntryInvoice.amount') AS VARCHAR)
  ) AS DECIMAL(38, 6)) AS invoice_amount,
  CAST(SUBSTRING(CAST(GET_PATH(line.value, 'accountingEntryInvoice.documentDate') AS VARCHAR), 1, 10) AS DATE) AS invoice_date,
  CAST(SUBSTRING(CAST(GET_PATH(line.value, 'accountingEntryInvoice.operationDate') AS VARCHAR), 1, 10) AS DATE) AS operation_date,
  COALESCE(
    CAST((
      CAST(GET_PATH(line.value, 'accountingEntryInvoice.isCashVat') AS VARCHAR)
    ) AS BOOLEAN),
    FALSE
  ) AS is_cash_vat,
  CAST(GET_PATH(line.value, 'accountingEntryInvoice.creditNoteType') AS VARCHAR) AS credit_note_type
FROM journal_entries AS raw
CROSS JOIN LATERAL FLATTEN(INPUT => raw."ACCOUNTINGENTRYLINES") AS line(SEQ, KEY, PATH, INDEX, VALUE, THIS);
