"""Translations that the API offers: error keys and enum members."""

from typing import Any

from graphql import GraphQLEnumType, GraphQLSchema

MESSAGES: dict[str, str] = {
    "global.businessErrors.documentIdAlreadyExistInOrganization": "The identification number is already in use.",
    "global.businessErrors.vatNumberAlreadyExistInOrganization": "The VAT number is already in use.",
    "global.businessErrors.authorizationPolicy": "Your role does not allow this action.",
    "global.businessErrors.authorizationFeature": "Your edition does not include this feature.",
    "global.businessErrors.unknownActionNames": "Some of the action names are unknown.",
    "sales.businessErrors.codeCannotContainBlankSpaces": "The code must not contain blanks.",
}
"""Texts of some documented keys, invented, the same in every language.

Source: docs/reference/server-behaviour.md, "Business errors".
"""


def error_message(error_code: str, language: str) -> dict[str, str]:
    """The text of an error key; the key itself where the sandbox has no text."""
    return {"message": MESSAGES.get(error_code, error_code), "errorCode": error_code, "language": language}


def enum_labels(schema: GraphQLSchema, enum_name: str) -> list[dict[str, Any]]:
    """The members of an enum with readable labels; an empty list for an unknown enum."""
    found = schema.type_map.get(enum_name)
    members = found.values if isinstance(found, GraphQLEnumType) else ()
    return [{"value": name, "label": name.replace("_", " ").capitalize()} for name in members]
