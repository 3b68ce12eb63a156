"""The state of each stream, out of the forms in which platforms and tools hand states on."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from airbyte_cdk.models import AirbyteStateMessage, AirbyteStateMessageSerializer, AirbyteStreamState

LOGGER = logging.getLogger("airbyte")
MESSAGE: Final = "STATE"


def state_messages(content: Sequence[Any]) -> list[AirbyteStateMessage]:
    """The states of a file: an array of states, or STATE messages in an array or on lines of their own.

    Messages of other types are passed over. Raises `ValueError` or `TypeError` for something else.
    """
    values = [inner for value in content for inner in (value if isinstance(value, list) else [value])]
    states = [AirbyteStateMessageSerializer.load(state) for value in values if (state := _state_of(value))]
    if not all(state.stream or state.data or state.global_ for state in states):
        raise ValueError("a state without stream, global or data")
    return states


def _state_of(value: Any) -> Any:
    """The state in an element; None for a message that has none."""
    if not isinstance(value, Mapping) or "type" not in value:
        return value
    if value["type"] == MESSAGE:
        return value.get("state")
    is_state = any(name in value for name in ("stream", "global", "data"))
    is_message = any(name in value for name in ("record", "log", "trace", "control", "catalog", "spec"))
    return None if is_message and not is_state else value


def stream_states(states: Sequence[AirbyteStateMessage] | None) -> Mapping[str, Mapping[str, Any]]:
    """The state of each stream by its name; of several the last one. What is left out is named in a warning."""
    found: dict[str, Mapping[str, Any]] = {}
    namespaces: defaultdict[str, set[str]] = defaultdict(set)
    for state in states or ():
        for stream in _streams(state):
            name, namespace = stream.stream_descriptor.name, stream.stream_descriptor.namespace or ""
            namespaces[name].add(namespace)
            found[name] = dict(vars(stream.stream_state)) if stream.stream_state else {}
        if isinstance(state.data, Mapping) and not state.stream and not state.global_:
            found |= {name: value for name, value in state.data.items() if isinstance(value, Mapping)}
            _warn_of_legacy(state.data)
    for name, used in namespaces.items():
        if len(used) > 1:
            del found[name]
            LOGGER.warning(
                "Stream %s: there are states of several namespaces, and the source has none; everything is read again.",
                name,
            )
        elif used != {""}:
            LOGGER.warning("Stream %s: the namespace of its state is ignored; the source has none.", name)
    return found


def _streams(state: AirbyteStateMessage) -> Sequence[AirbyteStreamState]:
    """The states of streams in one state of the protocol."""
    if state.global_:
        if state.global_.shared_state and vars(state.global_.shared_state):
            LOGGER.warning("The state is a global one. Its shared part is ignored; the source writes none.")
        return state.global_.stream_states or ()
    return [state.stream] if state.stream else ()


def _warn_of_legacy(data: Mapping[str, Any]) -> None:
    odd = [name for name, value in data.items() if not isinstance(value, Mapping)]
    if odd:
        LOGGER.warning(
            "The state is one of the legacy type; what it says of %s is not the state of a stream and is ignored.",
            ", ".join(map(repr, odd[:5])),
        )
