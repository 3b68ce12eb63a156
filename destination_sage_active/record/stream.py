"""How a stream is named."""

# (namespace, name): what the protocol calls a stream descriptor.
Stream = tuple[str | None, str]


def label(stream: Stream) -> str:
    """A stream as messages name it."""
    namespace, name = stream
    return f"{namespace}.{name}" if namespace else name
