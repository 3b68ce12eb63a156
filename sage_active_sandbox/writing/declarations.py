"""The members of written types: lengths, references, flags, children; data only.

Source: docs/reference/writing.md, "Marks of members".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Declaration:
    """One written type; which members its inputs have is the schema's business.

    ``lengths`` are maximum characters, ``references`` the type that an id member points to, ``fixed`` members are set
    on create only (flag NM), ``ignored`` ones are accepted without effect, ``days`` lose their time part (flag d).
    ``children`` are owned lists, ``parts`` owned single objects. Members of ``required`` may not be blank, those of
    ``unique`` may not have the value of another row; ``defaults`` are what the server fills in.
    ``twins`` say the same thing in two ways: where one is sent alone, the other is forgotten and filled anew.
    """

    lengths: Mapping[str, int] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    children: Mapping[str, "Declaration"] = field(default_factory=dict)
    parts: Mapping[str, "Declaration"] = field(default_factory=dict)
    twins: tuple[tuple[str, str], ...] = ()


CONTROL_MEMBERS = frozenset({"id", "requestedAction", "replaceAll"})
"""Members of inputs that steer a write and are not stored."""

ADDRESS = Declaration(
    lengths={
        "countryIsoCodeAlpha2": 2,
        "name": 50,
        "firstLine": 35,
        "secondLine": 35,
        "city": 35,
        "zipCode": 9,
        "province": 25,
    },
    references={"countryId": "Country"},
    twins=(("countryId", "countryIsoCodeAlpha2"),),
)
CONTACT = Declaration(
    lengths={"name": 35, "surname": 35, "jobName": 35},
    references={"jobAreaId": "JobArea"},
    twins=(("isDefault", "isDefaultCustomer"), ("isDefault", "isDefaultSupplier")),
    children={
        "emails": Declaration(lengths={"emailAddress": 70}),
        "phones": Declaration(lengths={"number": 20}),
        "socialMedias": Declaration(lengths={"name": 30, "link": 100}),
    },
)
PAYMENT_TERM_LINE = Declaration(references={"paymentMeanId": "PaymentMean"})

THIRD_PARTY_LENGTHS = {
    "code": 17,
    "socialName": 70,
    "tradeName": 70,
    "countryAcronym": 2,
    "documentId": 25,
    "vatNumber": 25,
    "nafApeCode": 7,
    "comments": 2000,
}
THIRD_PARTY_REFERENCES = {
    "documentTypeId": "DocumentType",
    "defaultAccountingAccountId": "AccountingAccount",
    "businessAreaId": "BusinessArea",
}
THIRD_PARTY_FIXED = frozenset({"code", "countryAcronym", "documentTypeId"})
THIRD_PARTY_DAYS = frozenset({"gdprAppliedDate", "disabledDate"})
THIRD_PARTY_CHILDREN = {"addresses": ADDRESS, "contacts": CONTACT, "paymentTermLines": PAYMENT_TERM_LINE}

CUSTOMER = Declaration(
    lengths={**THIRD_PARTY_LENGTHS, "specialMention": 250},
    references={
        **THIRD_PARTY_REFERENCES,
        "defaultPrepaymentAccountingAccountId": "AccountingAccount",
        "salesDiscountGroupId": "SalesDiscountGroup",
        "salesTariffId": "SalesTariff",
    },
    required=("socialName",),
    fixed=THIRD_PARTY_FIXED,
    days=THIRD_PARTY_DAYS,
    children=THIRD_PARTY_CHILDREN,
)
SUPPLIER = Declaration(
    lengths=THIRD_PARTY_LENGTHS,
    references={
        **THIRD_PARTY_REFERENCES,
        "defaultPurchaseAccountId": "AccountingAccount",
        "taxTreatmentId": "TaxTreatment",
        "transactionCategoryId": "TransactionCategory",
    },
    required=("socialName",),
    fixed=THIRD_PARTY_FIXED,
    days=THIRD_PARTY_DAYS,
    children=THIRD_PARTY_CHILDREN,
)
PRODUCT = Declaration(
    lengths={"code": 15, "name": 50, "lineDescription": 2500, "comments": 250},
    references={
        "unitOfMeasurementId": "UnitOfMeasurement",
        "taxGroupId": "TaxGroup",
        "salesAccountingAccountId": "AccountingAccount",
    },
    required=("code", "name"),
)
BUSINESS_AREA = Declaration(lengths={"name": 17}, required=("name",))
JOB_AREA = Declaration(lengths={"name": 50}, required=("name",))
PAYMENT_MEAN = Declaration(
    lengths={"description": 20},
    required=("description",),
    unique=("description",),
    defaults={"type": "UNDEFINED", "inactive": False},
)
PAYMENT_TERM = Declaration(lengths={"name": 50}, required=("name",), children={"lines": PAYMENT_TERM_LINE})
