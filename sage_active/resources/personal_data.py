"""Which fields hold personal data, or may: names, addresses, numbers that identify, free text.

Entries are names, `Type.name`, or `*Ending.name`; of fields called so, those that are texts count.
"""

from typing import Final

# The member of a column's JSON schema that tells readers of a catalog.
MARK: Final = "x-personal-data"
TEXT: Final = "String"
PERSONAL: Final = frozenset(
    {
        # Names.
        "socialName",
        "tradeName",
        "contactName",
        "firstName",
        "lastName",
        "fullName",
        "surname",
        "shortName",
        "Employee.name",
        "*Contact.name",
        "*Address.name",
        "jobName",
        "organizationSocialName",
        "thirdPartyBillingName",
        "thirdPartyDescription",
        "createdBy",
        "updatedBy",
        "reconciledBy",
        "suggestedBy",
        # How to reach somebody.
        "emailAddress",
        "contactEmail",
        "invoiceEmail",
        "authenticationEmail",
        "cc",
        "bcc",
        "contactPhone",
        "ContactPhone.number",
        "ContactSocialMedia.name",
        "link",
        "firstLine",
        "secondLine",
        "city",
        "*Address.zipCode",
        "*Address.province",
        # Numbers that identify.
        "documentId",
        "vatNumber",
        "thirdPartyBillingVatNumber",
        "auth0UserId",
        "eInvoicingAddress",
        "eInvoicingAddressCustomer",
        "iban",
        "bic",
        # Free text.
        "comments",
        "remarks",
        "specialMention",
        "declinedReason",
        "rejectedReason",
        "taxAuditExportNotes",
        "emailSubject",
        "emailMessage",
        "productName",
        "fileName",
        "comment",
        "AccountingEntry.description",
        "AccountingEntryLine.description",
        "BankLinkedAccountingEntry.description",
        "BankingRule.description",
        "contraAccount",
        # Accounts of third parties may be called after them.
        "AccountingAccount.name",
        "AccountingAccount.description",
        "accountDescription",
        "AccountingReportPositionOutputGLDto.name",
        "AccountingReportPositionOutputGLDto.description",
        "transactionNarrative",
        "narrative1",
        "referenceNumber",
    }
)
