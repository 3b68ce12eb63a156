-- The customers and suppliers with no invoice, credit note, bill or entry since a day, and nothing open; quotes, orders and
-- delivery notes are not looked at. Their personal data may no longer be needed. Whether it may be erased, and when it
-- must be kept, an adviser decides; in Sage Active it is erased, and a full read then removes it here.
CREATE OR REPLACE MACRO erasure_candidates(since_day) AS TABLE
WITH parties AS (
  SELECT
    company_id,
    'CUSTOMER' AS third_party_kind,
    customer_id AS third_party_id,
    customer_code AS third_party_code,
    customer_name AS third_party_name,
    created_on
  FROM stg_customers
  UNION ALL
  SELECT
    company_id,
    'SUPPLIER' AS third_party_kind,
    supplier_id AS third_party_id,
    supplier_code AS third_party_code,
    supplier_name AS third_party_name,
    created_on
  FROM stg_suppliers
), documents AS (
  SELECT
    company_id,
    customer_id AS third_party_id,
    document_date
  FROM stg_invoices
  UNION ALL
  SELECT
    company_id,
    customer_id AS third_party_id,
    document_date
  FROM stg_credit_notes
  UNION ALL
  SELECT
    company_id,
    supplier_id AS third_party_id,
    document_date
  FROM stg_bills
), last_documents AS (
  SELECT
    company_id,
    third_party_id,
    MAX(document_date) AS last_on
  FROM documents
  GROUP BY
    company_id,
    third_party_id
), last_entries AS (
  SELECT
    company_id,
    third_party_id,
    MAX(entry_date) AS last_on
  FROM general_ledger
  WHERE
    entry_role = 'movement' AND NOT third_party_id IS NULL
  GROUP BY
    company_id,
    third_party_id
), with_open_items AS (
  SELECT DISTINCT
    company_id,
    third_party_id
  FROM open_items
)
SELECT
  parties.company_id,
  parties.third_party_kind,
  parties.third_party_id,
  parties.third_party_code,
  parties.third_party_name,
  parties.created_on,
  last_documents.last_on AS last_document_on,
  last_entries.last_on AS last_entry_on
FROM parties
LEFT JOIN last_documents
  ON last_documents.company_id = parties.company_id
  AND last_documents.third_party_id = parties.third_party_id
LEFT JOIN last_entries
  ON last_entries.company_id = parties.company_id
  AND last_entries.third_party_id = parties.third_party_id
LEFT JOIN with_open_items
  ON with_open_items.company_id = parties.company_id
  AND with_open_items.third_party_id = parties.third_party_id
WHERE
  with_open_items.third_party_id IS NULL
  AND COALESCE(parties.created_on, last_documents.last_on, last_entries.last_on) < since_day
  AND (
    last_documents.last_on IS NULL OR last_documents.last_on < since_day
  )
  AND (
    last_entries.last_on IS NULL OR last_entries.last_on < since_day
  );
