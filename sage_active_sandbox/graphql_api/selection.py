"""Which members a query selects."""

from collections.abc import Iterable, Mapping

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode


def selected_names(nodes: Iterable[FieldNode], fragments: Mapping[str, FragmentDefinitionNode]) -> set[str]:
    """Dotted names of everything that is selected below the fields, without aliases."""
    return {name for node in nodes for name in _names(node.selection_set, fragments, "")}


def _names(
    selection_set: SelectionSetNode | None, fragments: Mapping[str, FragmentDefinitionNode], prefix: str
) -> Iterable[str]:
    for node in selection_set.selections if selection_set else ():
        if isinstance(node, FieldNode):
            name = f"{prefix}{node.name.value}"
            yield name
            yield from _names(node.selection_set, fragments, f"{name}.")
        elif isinstance(node, InlineFragmentNode):
            yield from _names(node.selection_set, fragments, prefix)
        elif isinstance(node, FragmentSpreadNode):
            yield from _names(fragments[node.name.value].selection_set, fragments, prefix)
