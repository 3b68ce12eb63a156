"""The forms in which platforms and tools hand states on."""

import json
import logging
from pathlib import Path
from typing import Any, Final

import pytest

from sage_active.arguments import json_values
from sage_active.errors import SageActiveError
from source_sage_active.stream_states import state_messages, stream_states

OWN: Final = {"connection": "direct", "states": [{"partition": {"company_id": "c"}, "cursor": {"updated_at": "x"}}]}


def stream(name: str = "customers", namespace: str | None = None, content: Any = OWN) -> dict[str, Any]:
    """The state of one stream in the form of the protocol."""
    descriptor = {"name": name} | ({} if namespace is None else {"namespace": namespace})
    return {"stream_descriptor": descriptor, "stream_state": content}


def state(**how: Any) -> dict[str, Any]:
    """The same as an element of an array of states."""
    return {"type": "STREAM", "stream": stream(**how)}


def message(**how: Any) -> dict[str, Any]:
    """The same as a STATE message."""
    return {"type": "STATE", "state": {**state(**how), "sourceStats": {"recordCount": 1.0}}}


FORMS: Final = {
    "states": json.dumps([state()]),
    "state": json.dumps(state()),
    "messages": json.dumps([message()]),
    "message": json.dumps(message(), indent=2),
    "lines": f"{json.dumps(message(content={}))}\n\n{json.dumps(message())}\n",
    "output of a read": "\n".join(
        json.dumps(line)
        for line in (
            {"type": "LOG", "log": {"level": "INFO", "message": "x"}},
            {"type": "RECORD", "record": {"stream": "customers", "data": {}, "emitted_at": 1}},
            message(),
            {"type": "TRACE", "trace": {"type": "STREAM_STATUS"}},
        )
    ),
    "global": json.dumps([{"type": "GLOBAL", "global": {"shared_state": {}, "stream_states": [stream()]}}]),
    "global without a shared part": json.dumps([{"type": "GLOBAL", "global": {"stream_states": [stream()]}}]),
    "legacy": json.dumps([{"type": "LEGACY", "data": {"customers": OWN}}]),
    "empty namespace": json.dumps([state(namespace="")]),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_whose_meaning_is_clear_are_used(form: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "state.json"
    path.write_text(FORMS[form])
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert stream_states(state_messages(json_values(str(path), "--state"))) == {"customers": OWN}
    assert caplog.messages == []


@pytest.mark.parametrize("content", ["[]", "null", "{}", "[null]"])
def test_content_without_a_state_is_not_a_state(content: str, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    assert stream_states(state_messages(json_values(str(path), "--state"))) == {}


@pytest.mark.parametrize("content", ['{"customers": {}}', '[{"type": "STREAM"}]', "[5]", '["text"]'])
def test_something_else_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    with pytest.raises((ValueError, TypeError)):
        state_messages(json_values(str(path), "--state"))


@pytest.mark.parametrize("content", ["", "no JSON", '{"a":1}\n{"b":'])
def test_what_is_not_json_is_refused_by_name(content: str, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    with pytest.raises(SageActiveError, match="--state"):
        json_values(str(path), "--state")


def test_a_namespace_is_ignored_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert stream_states(state_messages([state(namespace="sage")])) == {"customers": OWN}
    assert "namespace" in caplog.text


def test_several_namespaces_of_one_stream_mean_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "airbyte"):
        found = stream_states(state_messages([state(namespace="a"), state(namespace="b"), state(name="items")]))
    assert found == {"items": OWN}
    assert "everything is read again" in caplog.text


def test_a_shared_part_and_odd_members_are_named(caplog: pytest.LogCaptureFixture) -> None:
    shared = {"type": "GLOBAL", "global": {"shared_state": {"a": 1}, "stream_states": [stream()]}}
    legacy = {"type": "LEGACY", "data": {"items": OWN, "date": "2026-01-01"}}
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert stream_states(state_messages([shared, legacy])) == {"customers": OWN, "items": OWN}
    assert "shared" in caplog.messages[0]
    assert "'date'" in caplog.messages[1]
