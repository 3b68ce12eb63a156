"""Business refusals: documented keys, and placeholders for unpublished ones.

Source: docs/reference/server-behaviour.md, "Business errors".
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reason:
    """Why a write is refused: the error key, and an English text with places for the details."""

    key: str
    text: str


def _documented(key: str, text: str) -> Reason:
    return Reason(key, text)


def _undocumented(area: str, name: str, text: str) -> Reason:
    return Reason(f"{area}.businessErrors.undocumented_{name}", text)


REASONS: dict[str, Reason] = {
    "documentIdTaken": _documented(
        "global.businessErrors.documentIdAlreadyExistInOrganization", "The identification number is already in use."
    ),
    "vatNumberTaken": _documented(
        "global.businessErrors.vatNumberAlreadyExistInOrganization", "The VAT number is already in use."
    ),
    "blanksInCode": _documented(
        "sales.businessErrors.codeCannotContainBlankSpaces", "The code cannot contain blank spaces."
    ),
    "lineAmount": _documented(
        "accounting.businessErrors.invalidAccountingEntryLineAmount", "A line has a debit or a credit, not both."
    ),
    "notBalanced": _undocumented("accounting", "entryNotBalanced", "The debit is {value}, the credit {allowed}."),
    "noExercise": _undocumented("accounting", "exerciseNotFound", "There is no exercise for the {member} {value}."),
    "periodClosed": _undocumented("accounting", "periodIsClosed", "The period of the {member} {value} is closed."),
    "notOpen": _undocumented("accounting", "amountNotOpen", "The {member} {value} is not part of the open {allowed}."),
    "codeTaken": _undocumented("global", "codeAlreadyExists", "The {member} {value} already exists."),
    "codeOutOfRange": _undocumented("global", "codeOutOfRange", "The code {value} is outside {allowed}."),
    "codeMissing": _undocumented("global", "codeIsMandatory", "The code is mandatory: codes are assigned manually."),
    "required": _undocumented("global", "mandatoryField", "The field {member} is mandatory."),
    "tooLong": _undocumented("global", "maximumLength", "The field {member} exceeds {length} characters."),
    "outOfRange": _undocumented("global", "valueOutOfRange", "The value of {member} is outside {allowed}."),
    "unknownReference": _undocumented("global", "referenceNotFound", "The {member} {value} does not exist."),
    "wrongReference": _undocumented("global", "referenceNotAllowed", "The {member} {value} is not {allowed}."),
    "notModifiable": _undocumented("global", "fieldNotModifiable", "The field {member} cannot be modified."),
    "notFound": _undocumented("global", "recordNotFound", "The record {value} does not exist."),
    "childNotFound": _undocumented("global", "childNotFound", "There is no element {value} in {member}."),
    "otherMarket": _undocumented("global", "notAvailableInLegislation", "This is not available in {value}."),
    "inUse": _undocumented("global", "recordInUse", "The record is used by other records."),
    "documentIdInvalid": _undocumented("global", "documentIdInvalid", "The {member} {value} is not {allowed}."),
    "vatNumberMissing": _undocumented("global", "vatNumberIsMandatory", "The {member} is mandatory in {country}."),
    "documentIdMissing": _undocumented("sales", "documentIdIsMandatory", "The {member} is mandatory."),
    "accountMissing": _undocumented(
        "global", "defaultAccountIsMandatory", "The defaultAccountingAccountId is mandatory without a default account."
    ),
    "nonIdentifiedBusiness": _undocumented(
        "global", "nonIdentifiedNeedsIndividual", "nonIdentifiedCustomer needs the customerType INDIVIDUAL."
    ),
    "remainingNotLast": _undocumented(
        "global", "remainingAmountMustBeLast", "The payment term line REMAINING_AMOUNT must be last, with order 9999."
    ),
    "operationAfterDocument": _undocumented(
        "sales", "operationDateAfterDocumentDate", "The operationDate is after the documentDate."
    ),
    "operationAfterInvoice": _undocumented(
        "purchases", "operationDateAfterInvoiceDate", "The operationDate is after the invoiceDate."
    ),
    "rateStatedTwice": _undocumented(
        "purchases", "taxAndPercentage", "A VAT line has a taxId or a vatPercentage, not both."
    ),
    "totalsDiffer": _undocumented(
        "purchases", "totalsDiffer", "The {member} {value} is not {allowed}, which the VAT lines amount to."
    ),
    "negativeTotal": _undocumented("purchases", "negativeTotal", "The {member} {value} is negative."),
    "emailMissing": _undocumented(
        "sales", "invoiceEmailIsMandatory", "The invoiceEmail is needed with canGeneratePaymentLink."
    ),
    "creditNoteType": _undocumented(
        "sales", "creditNoteNeedsSource", "Credit notes are made from an invoice with generateCreditNote."
    ),
    "wrongStatus": _undocumented("sales", "statusNotAllowed", "The document is {value}, not {allowed}."),
    "backdated": _undocumented(
        "sales", "documentDateBeforeLast", "The {member} {value} is before {allowed}, the last one of its series."
    ),
    "lineUsedUp": _undocumented(
        "sales", "originLineAlreadyUsed", "The {member} {value} was taken over by another document."
    ),
    "fileSize": _documented(
        "global.businessErrors.files_fileTooLargeOrEmpty", "The file has {value} bytes, not {allowed}."
    ),
    "scanNotPlayed": _undocumented(
        "global", "scanNotPlayed", "This stand-in reads no bills from files, so the {member} {value} is not offered."
    ),
    "filterNotAllowed": _undocumented("global", "filterNotAllowed", "Files cannot be filtered by {member}."),
    "orderNotAllowed": _undocumented("global", "orderNotAllowed", "Files cannot be sorted by {member}."),
    "quantityNotAvailable": _undocumented(
        "sales", "quantityNotAvailable", "No quantity {value} of the product is available for a credit note."
    ),
}
"""Every reason by its short name; undocumented keys say so in their name, so that no client comes to rely on them."""


@dataclass(frozen=True)
class Problem:
    """One refusal: the reason's short name, the member concerned ("contacts[0].name"), and the text's details."""

    name: str
    member: str | None = None
    details: dict[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The error key."""
        return REASONS[self.name].key

    @property
    def documented(self) -> bool:
        """Is the key one that the vendor publishes."""
        return "undocumented" not in self.key

    @property
    def text(self) -> str:
        """The reason in English."""
        return REASONS[self.name].text.format(member=self.member, **self.details)


class RefusedError(Exception):
    """The write is refused for these problems, and nothing of it is stored."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.text for problem in problems))
        self.problems = problems


class NotExecutedError(Exception):
    """The write was not tried, because its request ended before; it has no error of its own in the answer."""


class Problems:
    """The problems found in one write so far."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, name: str, member: str | None = None, **details: object) -> None:
        """Note a problem."""
        self.found.append(Problem(name, member, details))

    def raise_if_any(self) -> None:
        """RefusedError if there are any."""
        if self.found:
            raise RefusedError(self.found)


def refused(name: str, member: str | None = None, **details: object) -> RefusedError:
    """The refusal for a single reason."""
    return RefusedError([Problem(name, member, details)])
