"""The error that users see: a fault of the table, with a message that names cause and remedy."""

from dataclasses import dataclass, replace
from typing import Final

from airbyte_cdk.models import AirbyteMessage, FailureType, StreamDescriptor
from airbyte_cdk.utils import AirbyteTracedException

from sage_active.faults import Action, Api, Concern, Effect, Fault, Kind

FAILURE_TYPES: Final = {
    Kind.CONFIGURATION: FailureType.config_error,
    Kind.TRANSIENT: FailureType.transient_error,
    Kind.SYSTEM: FailureType.system_error,
}


@dataclass(frozen=True, slots=True)
class ErrorContext:
    """What the words of a fault are filled in with."""

    api: str = "the API"
    target: str = "the market"
    stream: str = ""
    status: int | None = None
    detail: str = ""


class SageActiveError(AirbyteTracedException):
    """A fault that ends something, with a message that names cause and remedy.

    `fault` is its row in the table; `str()` is what the user reads, `cause` and `remedy` are its halves. No stack trace
    travels with it.
    """

    def __init__(
        self,
        fault: Fault,
        context: ErrorContext | None = None,
        *,
        stream: str | None = None,
        company: str | None = None,
    ) -> None:
        self.fault = fault
        self.context = context or ErrorContext()
        stream_name = stream or self.context.stream
        context_texts = {
            "api": self.context.api,
            "target": self.context.target,
            "stream": f"`{stream_name}`" if stream_name else "what was asked for",
            "status": self.context.status,
            "detail": self.context.detail or "no details given",
        }
        self.cause, self.remedy = fault.cause.format(**context_texts), fault.remedy.format(**context_texts)
        text = f"{self.cause} {self.remedy}"
        super().__init__(
            internal_message=f"[{fault.name}]",
            message=f"{company}: {text}" if company else text,
            failure_type=FAILURE_TYPES[fault.kind],
        )

    def __repr__(self) -> str:
        return str(self)

    def located(self, stream: str, company: str) -> "SageActiveError":
        """The same error, naming the stream and the company it happened in."""
        return SageActiveError(self.fault, self.context, stream=stream, company=company)

    def of_market(self, target_system: str) -> "SageActiveError":
        """The same error, naming another market."""
        return SageActiveError(self.fault, replace(self.context, target=target_system))

    def as_airbyte_message(self, stream_descriptor: StreamDescriptor | None = None) -> AirbyteMessage:
        """The TRACE message; a stack trace would only tell where the connector noticed what others did."""
        message = super().as_airbyte_message(stream_descriptor)
        if message.trace and message.trace.error:
            message.trace.error.stack_trace = None
        return message


@dataclass(frozen=True, slots=True)
class Errors:
    """Makes the errors of one API: its name and the target system are filled in."""

    api: Api
    target: str

    def of(self, fault: Fault, *, detail: str = "", status: int | None = None) -> SageActiveError:
        """The error of a fault; `detail` and `status` go into its words."""
        return SageActiveError(fault, ErrorContext(self.api.value, self.target, status=status, detail=detail))


def configuration_error(cause: str, remedy: str) -> SageActiveError:
    """A mistake in the configuration that was found without asking any API."""
    literal = [text.replace("{", "{{").replace("}", "}}") for text in (cause, remedy)]
    return SageActiveError(
        Fault(
            "configuration",
            frozenset(),
            "",
            Action.FAIL,
            Kind.CONFIGURATION,
            Concern.CONNECTION,
            Effect.NONE,
            cause=literal[0],
            remedy=literal[1],
        )
    )
