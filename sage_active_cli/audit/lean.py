"""Resources without what no check looks at: fewer bytes travel, and the server's limit of cost allows larger pages."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from sage_active.direct.contract import DATES, Contract, Field
from sage_active.resources.resource import DirectResource, Resource, Where

# Windows are cut by the dates, and rows are counted by their key.
ALWAYS = ("id", *DATES)


def lean(contract: Contract, resource: Resource, paths: Collection[str], where: Where | None = None) -> Resource:
    """The resource with these members alone; `where`: a further filter. Raises `KeyError` for what it does not have."""
    if resource.direct is None:
        raise KeyError(resource.name)
    binding = resource.direct
    fields = contract.fields(binding.type)
    for path in paths:
        list(_steps(fields, path))
    omit = frozenset(_others(fields, {*paths, *ALWAYS}, ""))
    joined = {"and": [binding.where, where]} if binding.where and where else where or binding.where
    return replace(resource, direct=replace(binding, omit=binding.omit | omit, where=joined))


def refused(contract: Contract, binding: DirectResource, paths: Collection[str], dropped: Collection[str]) -> list[str]:
    """Those of the paths that the server does not have, by the names that a reading gives to what it left out."""
    fields, gone = contract.fields(binding.type), set(dropped)
    return sorted(path for path in paths if not gone.isdisjoint(_steps(fields, path)))


def _steps(fields: Sequence[Field], path: str) -> Iterator[str]:
    """The fields on the way of a path, each as `Type.name`."""
    for name in path.split("."):
        found: Mapping[str, Field] = {field.name: field for field in fields}
        yield f"{found[name].owner}.{name}"
        fields = found[name].children


def _others(fields: Sequence[Field], paths: Collection[str], above: str) -> Iterator[str]:
    """The paths of all fields that are neither wanted nor above or below one that is."""
    for field in fields:
        path = f"{above}{field.name}"
        if path in paths:
            continue
        if field.children and any(wanted.startswith(f"{path}.") for wanted in paths):
            yield from _others(field.children, paths, f"{path}.")
        else:
            yield path
