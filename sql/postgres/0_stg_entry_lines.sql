-- One row for each line of an accounting entry, with the heading of the entry. The lines come from the list in the
-- entry: only that list is right after a line was deleted.
CREATE OR REPLACE VIEW stg_entry_lines AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS entry_id,
  CAST(line.item AS JSONB) #>> '{id}' AS entry_line_id,
  CAST((
    CAST(line.item AS JSONB) #>> '{order}'
  ) AS BIGINT) AS line_order,
  raw."number" AS entry_number,
  CASE
    WHEN CAST(PG_TYPEOF(raw."date") AS TEXT) = 'timestamp with time zone'
    THEN CAST(CAST(raw."date" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."date" AS TEXT) FROM 1 FOR 10) AS DATE)
  END AS entry_date,
  CASE
    WHEN CAST(PG_TYPEOF(raw."documentDate") AS TEXT) = 'timestamp with time zone'
    THEN CAST(CAST(raw."documentDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."documentDate" AS TEXT) FROM 1 FOR 10) AS DATE)
  END AS document_date,
  CASE
    WHEN CAST(PG_TYPEOF(raw."closeDate") AS TEXT) = 'timestamp with time zone'
    THEN CAST(CAST(raw."closeDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."closeDate" AS TEXT) FROM 1 FOR 10) AS DATE)
  END AS close_date,
  COALESCE(CAST(line.item AS JSONB) #>> '{documentNumber}', raw."documentNumber") AS document_number,
  COALESCE(CAST(line.item AS JSONB) #>> '{description}', raw."description") AS description,
  raw."description" AS entry_description,
  raw."journalTypeId" AS journal_id,
  raw."accountingExerciseId" AS fiscal_year_id,
  raw."accountingPeriodId" AS period_id,
  raw."entryType" AS entry_type,
  raw."sourceType" AS source_type,
  raw."isClosed" AS is_closed,
  raw."salesInvoiceId" AS sales_invoice_id,
  raw."sourceEntityId" AS source_entity_id,
  CAST(line.item AS JSONB) #>> '{subAccountId}' AS account_id,
  COALESCE(CAST((
    CAST(line.item AS JSONB) #>> '{debitAmount}'
  ) AS DECIMAL(38, 6)), 0) AS debit,
  COALESCE(CAST((
    CAST(line.item AS JSONB) #>> '{creditAmount}'
  ) AS DECIMAL(38, 6)), 0) AS credit,
  CAST(line.item AS JSONB) #>> '{accountingEntryThirdParty,thirdPartyId}' AS third_party_id,
  CAST(line.item AS JSONB) #>> '{accountingEntryThirdParty,code}' AS third_party_code,
  CAST(line.item AS JSONB) #>> '{accountingEntryThirdParty,socialName}' AS third_party_name,
  CAST(line.item AS JSONB) #>> '{accountingEntryThirdParty,origin}' AS third_party_kind,
  CAST(line.item AS JSONB) #>> '{accountingEntryPayment,matching}' AS matching,
  CAST(line.item AS JSONB) #>> '{accountingEntryPayment,matchingLetter}' AS matching_letter,
  CAST(line.item AS JSONB) #>> '{accountingEntryPayment,matchId}' AS match_id,
  CAST(line.item AS JSONB) #>> '{accountingEntryInvoice,id}' AS entry_invoice_id,
  CAST(line.item AS JSONB) #>> '{accountingEntryInvoice,externalInvoiceNumber}' AS invoice_number,
  CAST((
    CAST(line.item AS JSONB) #>> '{accountingEntryInvoice,amount}'
  ) AS DECIMAL(38, 6)) AS invoice_amount,
  CAST(SUBSTRING(CAST(line.item AS JSONB) #>> '{accountingEntryInvoice,documentDate}' FROM 1 FOR 10) AS DATE) AS invoice_date,
  CAST(SUBSTRING(CAST(line.item AS JSONB) #>> '{accountingEntryInvoice,operationDate}' FROM 1 FOR 10) AS DATE) AS operation_date,
  COALESCE(
    CAST((
      CAST(line.item AS JSONB) #>> '{accountingEntryInvoice,isCashVat}'
    ) AS BOOLEAN),
    FALSE
  ) AS is_cash_vat,
  CAST(line.item AS JSONB) #>> '{accountingEntryInvoice,creditNoteType}' AS credit_note_type
FROM journal_entries AS raw
CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS(
  CASE
    WHEN JSONB_TYPEOF(CAST(raw."accountingEntryLines" AS JSONB)) = 'array'
    THEN CAST(raw."accountingEntryLines" AS JSONB)
  END
) AS line(item);
