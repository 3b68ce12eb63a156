"""What Sage Active's own API answers (docs/reference/server-behaviour.md)."""

from typing import Final

from sage_active.fault_table.fault import (
    DIRECT,
    GRAPHQL,
    MUTATION,
    SIGN_IN,
    Action,
    Concern,
    Denial,
    Effect,
    Fault,
    Kind,
    pattern,
)
from sage_active.fault_table.sign_in import SIGN_IN_REMEDY

WRONG_SUBSCRIPTION_KEY = Fault(
    "wrong-subscription-key",
    DIRECT,
    "401, message about the subscription key",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.CONNECTION,
    Effect.NONE,
    "Sage Active refused the subscription key.",
    "Copy the primary key of the Solution that belongs to the market {target} from the Sage Developer Center into the "
    "`subscription_key` beside this `target_system`; each market has a key of its own.",
    statuses=frozenset({401, 403}),
    text=pattern("subscription"),
)
ACCESS_TOKEN_REFUSED = Fault(
    "access-token-refused",
    DIRECT,
    "401, any other message",
    Action.SIGN_IN_AGAIN,
    Kind.CONFIGURATION,
    Concern.CONNECTION,
    Effect.NONE,
    "Sage Active refused the access token, also after it was renewed.",
    SIGN_IN_REMEDY,
    statuses=frozenset({401}),
)
NEVER_SIGNED_IN = Fault(
    "never-signed-in",
    DIRECT | SIGN_IN,
    "403",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.CONNECTION,
    Effect.NONE,
    "Sage refused the signed-in user (HTTP 403).",
    "Let this user sign in to Sage Active itself once, and check the user's role in the company.",
    statuses=frozenset({403}),
)
ORGANIZATION_MISSING = Fault(
    "organization-missing",
    DIRECT,
    "message about X-OrganizationId, or 400 with the body that the vendor documents for a wrong header",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.CONNECTION,
    Effect.NONE,
    "Sage Active does not accept the company ({detail}).",
    "Run `check`: it lists the companies that this sign-in can use; put one of them into `companies`.",
    text=pattern(r"X-OrganizationId|\"SyntaxNode\""),
)
EDITION_LACKS_FEATURE = Fault(
    "edition-lacks-feature",
    DIRECT,
    "`global.businessErrors.authorizationFeature`",
    Action.DROP_FIELD,
    Kind.CONFIGURATION,
    Concern.STREAM,
    Effect.NONE,
    "The Sage Active edition of the company does not include what was asked for ({detail}).",
    "Deselect the stream for this company, or upgrade the edition.",
    text=pattern(r"businessErrors\.authorizationFeature"),
    denies=Denial.EDITION,
)
RIGHT_MISSING = Fault(
    "right-missing",
    DIRECT,
    "`AUTH_NOT_AUTHORIZED`, `global.businessErrors.authorizationPolicy`, or another `businessErrors.authorization*`",
    Action.DROP_FIELD,
    Kind.CONFIGURATION,
    Concern.STREAM,
    Effect.NONE,
    "The signed-in user lacks a right in this company ({detail}).",
    "Give the user's role the right in Sage Active, or deselect the stream.",
    text=pattern(r"AUTH_NOT_AUTHORIZED|businessErrors\.authorization|not authorized to access"),
    denies=Denial.RIGHT,
)
NUMBER_TAKEN = Fault(
    "number-taken",
    DIRECT,
    "`documentIdAlreadyExistInOrganization`, `vatNumberAlreadyExistInOrganization`",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.RECORD,
    Effect.NONE,
    "Another third party of the company already has this identification or VAT number ({detail}).",
    "Send the record with the code of that third party, or correct the number.",
    codes=frozenset({MUTATION}),
    text=pattern(r"(documentId|vatNumber)AlreadyExistInOrganization"),
)
CODE_WITH_BLANKS = Fault(
    "code-with-blanks",
    DIRECT,
    "`codeCannotContainBlankSpaces`",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.RECORD,
    Effect.NONE,
    "Sage Active does not allow blanks in a code ({detail}).",
    "Send the record with a code without blanks.",
    codes=frozenset({MUTATION}),
    text=pattern("codeCannotContainBlankSpaces"),
)
INPUT_REFUSED = Fault(
    "input-refused",
    DIRECT,
    "validation error in answer to a write: a member or value that the input does not have",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.RECORD,
    Effect.NONE,
    "Sage Active does not take a member or a value of the record ({detail}).",
    "Correct it; if Sage Active's own pages allow it, update the connector or leave the member out.",
    codes=frozenset({MUTATION}),
    text=pattern(r"input (object )?field|is not defined by type|does not exist on the type|HC001[68]"),
)
WRITE_TOO_EXPENSIVE = Fault(
    "write-too-expensive",
    DIRECT,
    "HC0047 in answer to one write",
    Action.FAIL,
    Kind.SYSTEM,
    Concern.RECORD,
    Effect.NONE,
    "Sage Active finds the record too expensive to write ({detail}).",
    "Send it with fewer children.",
    codes=frozenset({MUTATION}),
    text=pattern("HC0047"),
)
TOO_EXPENSIVE = Fault(
    "too-expensive",
    DIRECT,
    "HC0047, the query costs more than the server allows",
    Action.SMALLER_PAGE,
    Kind.SYSTEM,
    Concern.RECORD,
    Effect.NONE,
    "Sage Active finds even the smallest page of {stream} too expensive ({detail}).",
    "Deselect fields of the stream that you do not need.",
    codes=frozenset({"HC0047"}),
)
CURSOR_REFUSED = Fault(
    "cursor-refused",
    DIRECT,
    "HC0078, the cursor of the next page is refused",
    Action.START_OVER,
    Kind.SYSTEM,
    Concern.RECORD,
    Effect.NONE,
    "Sage Active keeps refusing its own cursors while {stream} is read ({detail}).",
    "Run the sync again; if it persists, report it with this message.",
    codes=frozenset({"HC0078"}),
)
SERVER_TIME_OUT = Fault(
    "server-time-out",
    DIRECT,
    "HC0045, execution timed out on the server",
    Action.RETRY,
    Kind.TRANSIENT,
    Concern.RECORD,
    Effect.UNKNOWN,
    "Sage Active gave up on a query because it took too long.",
    "Run the sync again at a quieter time, or deselect fields that you do not need.",
    codes=frozenset({"HC0045"}),
)
FILTER_UNKNOWN = Fault(
    "filter-unknown",
    DIRECT,
    "validation error: a member of a filter or an order does not exist, or has another type",
    Action.CHANGE_FILTER,
    Kind.SYSTEM,
    Concern.RECORD,
    Effect.NONE,
    "Sage Active no longer knows a filter that {stream} cannot be read without ({detail}).",
    "Update the connector; if there is no newer version, report it with this message.",
    text=pattern(
        r"input object field|is not defined by type"
        r"|not compatible with the type of the current location|used in position expecting type"
        r"|does not match the (field|argument) type"
    ),
)
FIELD_UNKNOWN = Fault(
    "field-unknown",
    DIRECT,
    "validation error: a field does not exist on a type, is an object instead of a leaf or the other way round, or "
    "needs an argument",
    Action.DROP_FIELD,
    Kind.SYSTEM,
    Concern.RECORD,
    Effect.NONE,
    "Sage Active no longer knows something that {stream} cannot be read without ({detail}).",
    "Update the connector; if there is no newer version, report it with this message.",
    text=pattern(
        r"does not exist on the type|Cannot query field"
        r"|returns a scalar value|must not have a selection"
        r"|is an object, interface or union type field|must have a selection"
        r"|argument [`'\"]\w+[`'\"] is required"
    ),
)
WRITE_REFUSED = Fault(
    "write-refused",
    DIRECT,
    "any other error in answer to a write: a business rule, or words without a key",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.RECORD,
    Effect.NONE,
    "Sage Active refused the record: {detail}.",
    "Fix what the rule names (Sage's documentation of errors explains its key), then run the sync again.",
    codes=frozenset({MUTATION}),
)
BUSINESS_RULE = Fault(
    "business-rule",
    DIRECT,
    "a key `global|sales|accounting.businessErrors.*`",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.RECORD,
    Effect.NONE,
    "Sage Active refused the request by one of its rules: {detail}.",
    "Look the key up in Sage's documentation of errors, fix its cause in Sage Active and run the sync again.",
    text=pattern(r"businessErrors\."),
)
FILE_UNREADABLE = Fault(
    "file-unreadable",
    DIRECT,
    "nothing: a file cannot be read, or has changed, when it is to be uploaded",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.RECORD,
    Effect.NONE,
    "The file of the record cannot be uploaded: {detail}.",
    "Leave files unchanged while a sync runs, make sure that the connector may read them, and run the sync again.",
)
GRAPHQL_ERROR = Fault(
    "graphql-error",
    DIRECT,
    "GraphQL errors that no other row describes, with or without partial data",
    Action.RETRY,
    Kind.SYSTEM,
    Concern.RECORD,
    Effect.UNKNOWN,
    "Sage Active keeps answering with an error: {detail}.",
    "Run the sync again later; if it persists, report it with this message.",
    codes=frozenset({GRAPHQL}),
)

# What the gateway answers before GraphQL is asked.
GATEWAY: Final = (WRONG_SUBSCRIPTION_KEY, ACCESS_TOKEN_REFUSED, NEVER_SIGNED_IN)
# The first that matches decides.
GRAPHQL_FAULTS: Final = (
    ORGANIZATION_MISSING,
    EDITION_LACKS_FEATURE,
    RIGHT_MISSING,
    NUMBER_TAKEN,
    CODE_WITH_BLANKS,
    INPUT_REFUSED,
    WRITE_TOO_EXPENSIVE,
    TOO_EXPENSIVE,
    CURSOR_REFUSED,
    SERVER_TIME_OUT,
    FILTER_UNKNOWN,
    FIELD_UNKNOWN,
    WRITE_REFUSED,
    BUSINESS_RULE,
    GRAPHQL_ERROR,
)
