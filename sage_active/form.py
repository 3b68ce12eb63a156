"""What the forms of a configuration consist of: kinds of text, options, and a form that takes blanks for nothing."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from sage_active.arguments import is_blank

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


def is_sendable(value: str) -> bool:
    """Whether a key or token can travel in a header, which carries printable ASCII only."""
    return bool(value.strip()) and value.isascii() and value.isprintable()


def _sendable(value: str) -> str:
    if not is_sendable(value):
        raise ValueError("contains characters that no key has; copy it again")
    return value


Secret = Annotated[Text, AfterValidator(_sendable)]


def _nameable(value: str) -> str:
    if "\0" in value:
        raise ValueError("contains a character that no name of a file has")
    return value


def _not_blank(value: str) -> str:
    if is_blank(value):
        raise ValueError("String should have at least 1 character")
    return value


# Blanks may belong to the name that the API lists.
CompanyName = Annotated[str, StringConstraints(min_length=1), AfterValidator(_not_blank)]
FilePath = Annotated[Text, AfterValidator(_nameable)]


def option(title: str, description: str, example: object, order: int, **extra: Any) -> Any:
    """An option as the form shows it; `extra`: further members of its JSON schema."""
    return Field(title=title, description=description, examples=[example], json_schema_extra={"order": order, **extra})


def secret(title: str, description: str, example: str, order: int, **extra: Any) -> Any:
    """An option whose value nobody may see."""
    return option(title, description, example, order, airbyte_secret=True, **extra)


class Form(BaseModel):
    """What people fill in: an optional member that is left empty is absent."""

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, members: Any) -> Any:
        optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
        if not isinstance(members, dict):
            return members
        return {name: value for name, value in members.items() if not (name in optional and is_blank(value))}
