-- One row for each line of an accounting entry, with the heading of the entry. The lines come from the list in the
-- entry: only that list is right after a line was deleted.
CREATE OR REPLACE VIEW stg_entry_lines AS
SELECT
  raw.`company_id` AS company_id,
  raw.`id` AS entry_id,
  JSON_VALUE(line, '$.id') AS entry_line_id,
  CAST((
    JSON_VALUE(line, '$.order')
  ) AS INT64) AS line_order,
  raw.`number` AS entry_number,
  CAST(SUBSTR(CAST(raw.`date` AS STRING), 1, 10) AS DATE) AS entry_date,
  CAST(SUBSTR(CAST(raw.`documentDate` AS STRING), 1, 10) AS DATE) AS document_date,
  CAST(SUBSTR(CAST(raw.`closeDate` AS STRING), 1, 10) AS DATE) AS close_date,
  COALESCE(JSON_VALUE(line, '$.documentNumber'), raw.`documentNumber`) AS document_number,
  COALESCE(JSON_VALUE(line, '$.description'), raw.`description`) AS description,
  raw.`description` AS entry_description,
  raw.`journalTypeId` AS journal_id,
  raw.`accountingExerciseId` AS fiscal_year_id,
  raw.`accountingPeriodId` AS period_id,
  raw.`entryType` AS entry_type,
  raw.`sourceType` AS source_type,
  raw.`isClosed` AS is_closed,
  raw.`salesInvoiceId` AS sales_invoice_id,
  raw.`sourceEntityId` AS source_entity_id,
  JSON_VALUE(line, '$.subAccountId') AS account_id,
  COALESCE(CAST((
    JSON_VALUE(line, '$.debitAmount')
  ) AS BIGNUMERIC), 0) AS debit,
  COALESCE(CAST((
    JSON_VALUE(line, '$.creditAmount')
  ) AS BIGNUMERIC), 0) AS credit,
  JSON_VALUE(line, '$.accountingEntryThirdParty.thirdPartyId') AS third_party_id,
  JSON_VALUE(line, '$.accountingEntryThirdParty.code') AS third_party_code,
  JSON_VALUE(line, '$.accountingEntryThirdParty.socialName') AS third_party_name,
  JSON_VALUE(line, '$.accountingEntryThirdParty.origin') AS third_party_kind,
  JSON_VALUE(line, '$.accountingEntryPayment.matching') AS matching,
  JSON_VALUE(line, '$.accountingEntryPayment.matchingLetter') AS matching_letter,
  JSON_VALUE(line, '$.accountingEntryPayment.matchId') AS match_id,
  JSON_VALUE(line, '$.accountingEntryInvoice.id') AS entry_invoice_id,
  JSON_VALUE(line, '$.accountingEntryInvoice.externalInvoiceNumber') AS invoice_number,
  CAST((
    JSON_VALUE(line, '$.accountingEntryInvoice.amount')
  ) AS BIGNUMERIC) AS invoice_amount,
  CAST(SUBSTR(JSON_VALUE(line, '$.accountingEntryInvoice.documentDate'), 1, 10) AS DATE) AS invoice_date,
  CAST(SUBSTR(JSON_VALUE(line, '$.accountingEntryInvoice.operationDate'), 1, 10) AS DATE) AS operation_date,
  COALESCE(CAST((
    JSON_VALUE(line, '$.accountingEntryInvoice.isCashVat')
  ) AS BOOL), FALSE) AS is_cash_vat,
  JSON_VALUE(line, '$.accountingEntryInvoice.creditNoteType') AS credit_note_type
FROM journal_entries AS raw
CROSS JOIN UNNEST(JSON_QUERY_ARRAY(raw.`accountingEntryLines`, '$')) AS line;
