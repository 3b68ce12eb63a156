{# Written by `make models`.

One row for each bill, drafts included. #}
{{ config(enabled=sage_active.streams_are_read(['bills'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS document_id,
  {{ sage_active.raw('invoiceNumber') }} AS document_number,
  {{ sage_active.day_of(sage_active.raw('invoiceDate')) }} AS document_date,
  {{ sage_active.day_of(sage_active.raw('operationDate')) }} AS operation_date,
  {{ sage_active.raw('status') }} AS document_status,
  {{ sage_active.raw('supplierId') }} AS supplier_id,
  {{ sage_active.text_at(sage_active.raw('supplier'), 'code') }} AS supplier_code,
  CAST({{ sage_active.raw('totalLiquid') }} AS {{ sage_active.type_of('money') }}) AS total_liquid,
  CAST({{ sage_active.raw('pendingAmount') }} AS {{ sage_active.type_of('money') }}) AS pending_amount,
  COALESCE({{ sage_active.raw('isEInvoiceCreditNote') }}, FALSE) AS is_e_invoice_credit_note
FROM {{ source('sage_active', 'bills') }} AS raw
