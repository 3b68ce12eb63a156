"""JSON schemas of pydantic models in the plain form that Airbyte's forms, masking and destinations understand."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

MOMENT: Final[Mapping[str, Any]] = {
    "type": ["null", "string"],
    "format": "date-time",
    "airbyte_type": "timestamp_with_timezone",
}


def plain_schema(model: type[BaseModel], *, nullable: bool) -> dict[str, Any]:
    """The model's schema without `$ref`, `anyOf` and `discriminator`.

    An optional member becomes a member of its one type; with `nullable` its type lists null as well.
    """
    schema = model.model_json_schema()
    plain: dict[str, Any] = _plain(schema, schema.pop("$defs", {}), nullable)
    return plain


def _plain(node: Any, definitions: Mapping[str, Any], nullable: bool) -> Any:
    if isinstance(node, list):
        return [_plain(item, definitions, nullable) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = definitions[node["$ref"].removeprefix("#/$defs/")]
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return _plain({**target, **beside}, definitions, nullable)
    if "anyOf" in node:
        (kind,) = [option for option in node["anyOf"] if option.get("type") != "null"]
        rest = {key: value for key, value in node.items() if key not in ("anyOf", "default")}
        schema = _plain({**kind, **rest}, definitions, nullable)
        # Text that may be left out may be left empty as well.
        schema.pop("minLength", None)
        return schema | {"type": ["null", schema["type"]]} if nullable else schema
    result = {key: _plain(value, definitions, nullable) for key, value in node.items() if key != "discriminator"}
    if result.get("type") == "object":
        result["additionalProperties"] = True
    return result
