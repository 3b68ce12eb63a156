"""Secrets are masked in every form in which programs pass texts on, and words of the protocol stay."""

import base64
import html
import io
import json
import logging
import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote, quote_plus

import pytest
from airbyte_cdk.logger import AirbyteLogFormatter
from airbyte_cdk.models import AirbyteConnectionStatus, AirbyteLogMessage, AirbyteMessage, Level, Status, Type
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets
from hypothesis import given
from hypothesis import strategies as st

from sage_active.errors import configuration_error
from sage_active.excerpt import excerpt
from sage_active.masking import MASK, SECRETS, SHORTEST_ANYWHERE, keep_secret, masked, texts_of
from sage_active.runtime.stdout import LogHandler, Writer, trace_message

SECRET: Final = "CANARY+secret/=&\"'<\\>~ 1"
FORMS: Final[Mapping[str, Callable[[str], str]]] = {
    "plain": str,
    "percent": lambda text: quote(text, safe=""),
    "percent but slashes": quote,
    "percent, plus for blanks": quote_plus,
    "percent in lower case": lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text, safe="")),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON of JSON": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "JSON with slashes escaped": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON as .NET writes it": lambda text: "".join(
        character if character.isalnum() and character.isascii() else "".join(_units(character)) for character in text
    ),
    "HTML": html.escape,
    "HTML in numbers": lambda text: "".join(
        f"&#{ord(character)};" if not character.isalnum() else character for character in text
    ),
    "HTML in hexadecimal numbers": lambda text: "".join(
        f"&#x{ord(character):X};" if not character.isalnum() else character for character in text
    ),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 in percent": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
}


def _units(character: str) -> list[str]:
    encoded = character.encode("utf-16-be")
    return [f"\\u{encoded[position]:02X}{encoded[position + 1]:02X}" for position in range(0, len(encoded), 2)]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_masked(form: str) -> None:
    keep_secret(SECRET)
    encoded = FORMS[form](SECRET)
    assert masked(f"said: {encoded}, twice: {encoded}.") == f"said: {MASK}, twice: {MASK}."


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", ["client:", "a-client:", "the-client:"])
def test_base64_of_a_longer_text_is_masked(encode: Callable[[bytes], bytes], before: str) -> None:
    secret = "CANARY-secret-with-enough-characters"
    keep_secret(secret)
    encoded = encode(f"{before}{secret}:and more".encode()).decode()
    rest = masked(f"Authorization: Basic {encoded}")
    assert MASK in rest
    # What is left is what stands before and behind the secret, and at most a part of one character of it.
    for part in rest.removeprefix("Authorization: Basic ").split(MASK):
        plain = base64.urlsafe_b64decode(part[: len(part) // 4 * 4].replace("+", "-").replace("/", "_"))
        assert b"CANARY" not in plain


@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=SHORTEST_ANYWHERE, max_size=40),
    st.sampled_from([*FORMS]),
)
def test_any_secret_is_masked_in_any_form(secret: str, form: str) -> None:
    if len(secret.strip()) < SHORTEST_ANYWHERE:
        return
    SECRETS.clear()
    keep_secret(secret)
    encoded = FORMS[form](secret)
    assert encoded not in masked(f"({encoded})")


def test_the_longer_of_two_secrets_is_masked_as_a_whole() -> None:
    keep_secret("a-secret", "a-secret-that-is-longer")
    assert masked("a-secret-that-is-longer, a-secret") == f"{MASK}, {MASK}"


@pytest.mark.parametrize("secret", ["a", "id", "abc", " ", "", "  a "])
def test_very_short_secrets_mask_nothing(secret: str) -> None:
    keep_secret(secret)
    text = f"an id of a{secret}b, {secret} abc"
    assert masked(text) == text


def test_short_secrets_mask_whole_words() -> None:
    keep_secret("sage", "s3cret")
    assert masked("sage-active: message of sage, 's3cret'") == f"{MASK}-active: message of {MASK}, '{MASK}'"
    assert filter_secrets("message") == "message", "the framework would tear words apart"


def test_words_of_the_protocol_stay() -> None:
    keep_secret("config_error", "FAILED", "TRACE", "ERROR", "CONNECTION_STATUS", "connectionStatus", "message-text")
    sink = io.BytesIO()
    writer = Writer(sink)
    writer.message(trace_message(configuration_error("message-text", "ERROR.")))
    status = AirbyteConnectionStatus(status=Status.FAILED, message="message-text FAILED")
    writer.message(AirbyteMessage(type=Type.CONNECTION_STATUS, connectionStatus=status))
    writer.message(AirbyteMessage(type=Type.LOG, log=AirbyteLogMessage(level=Level.ERROR, message="message-text")))
    trace, check, log = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert (trace["type"], trace["trace"]["type"]) == ("TRACE", "ERROR")
    assert trace["trace"]["error"]["failure_type"] == "config_error"
    assert trace["trace"]["error"]["message"] == f"{MASK} {MASK}."
    assert check["connectionStatus"] == {"status": "FAILED", "message": f"{MASK} {MASK}"}
    assert log["log"] == {"level": "ERROR", "message": MASK}


def test_logs_and_their_stack_traces_are_masked() -> None:
    keep_secret(SECRET)
    sink = io.BytesIO()
    handler = LogHandler(Writer(sink))
    handler.setFormatter(AirbyteLogFormatter())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    try:
        raise ValueError(quote(SECRET, safe=""))
    except ValueError:
        logger.exception("failed with %s", quote_plus(SECRET))
    (line,) = sink.getvalue().splitlines()
    message = json.loads(line)["log"]["message"]
    assert message.startswith(f"failed with {MASK}")
    assert f"ValueError: {MASK}" in message
    assert "CANARY" not in message


def test_what_is_cut_is_masked_first() -> None:
    keep_secret(SECRET)
    assert excerpt(quote(SECRET, safe=""), 8) == MASK


def test_secrets_are_found_whatever_stands_in_their_place() -> None:
    found = texts_of([" key ", 4711, None, True, {"a": ["inner"]}])
    assert set(found) == {" key ", "key", "4711", "inner"}
