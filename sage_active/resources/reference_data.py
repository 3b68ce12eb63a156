"""Small tables that other records refer to (docs/reference/objects.md, "Reference data" and "Scopes")."""

from typing import Final

from sage_active.resources.keys import single_keys
from sage_active.resources.offers import CREATE_DIRECTLY
from sage_active.resources.resource import DirectResource, Resource, Scope

REFERENCE_DATA: Final = (
    Resource(name="tax_rates", direct=DirectResource(root="taxes", type="Tax"), suggested=True),
    Resource(name="tax_groups", direct=DirectResource(root="taxGroups", type="TaxGroup")),
    Resource(name="tax_treatments", direct=DirectResource(root="taxTreatments", type="TaxTreatment"), suggested=True),
    Resource(
        name="payment_terms",
        direct=DirectResource(root="paymentTerms", type="PaymentTerm", keys=single_keys("name")),
        built=CREATE_DIRECTLY,
    ),
    Resource(
        name="payment_means",
        direct=DirectResource(root="paymentMeans", type="PaymentMean", keys=single_keys("description")),
        built=CREATE_DIRECTLY,
    ),
    Resource(name="payment_methods", direct=DirectResource(root="paymentMethods", type="PaymentMethod")),
    Resource(name="units", direct=DirectResource(root="unitOfMeasurements", type="UnitOfMeasurement")),
    Resource(
        name="business_areas",
        direct=DirectResource(root="businessAreas", type="BusinessArea", keys=single_keys("name")),
        built=CREATE_DIRECTLY,
    ),
    Resource(name="job_areas", direct=DirectResource(root="jobAreas", type="JobArea")),
    Resource(name="document_types", direct=DirectResource(root="documentTypes", type="DocumentType")),
    Resource(name="invoice_types", direct=DirectResource(root="invoiceTypes", type="InvoiceType")),
    Resource(
        name="number_series",
        direct=DirectResource(root="operationalNumberPresetTexts", type="OperationalNumberPresetText"),
    ),
    Resource(name="currencies", direct=DirectResource(root="currencies", type="Currency", scope=Scope.MARKET)),
    Resource(name="countries", direct=DirectResource(root="countries", type="Country", scope=Scope.MARKET)),
)
