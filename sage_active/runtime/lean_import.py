"""Imports the CDK in half the time, by not importing what the connector does not use.

Three things that airbyte-cdk 7.39 does when it is imported cost more than a second between them. Its top package
imports everything it has, the declarative framework included; here it is imported when somebody asks the package for a
name. Its concurrent streams import that framework to recognise streams that were made with it, which ours never are.
Its serialisers read the source of every message class for docstrings, which only matter in JSON schemas of messages.
Only commands do this, programs that import the connector get the CDK as it is, and so does a command where another
version of the CDK has nothing of what is said here.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any, Final, TypeVar

PACKAGE: Final = "airbyte_cdk"
OWN_PACKAGES: Final = ("sage_active", "source_sage_active", "destination_sage_active", "sage_active_cli")
# What a shortcut meets where the CDK, or what it stands on, is no longer as expected.
MOVED: Final = (ImportError, AttributeError)
Loaded = TypeVar("Loaded")
_DECLARATIVE: Final = f"{PACKAGE}.sources.declarative"
# What the concurrent streams compare types with: modules of the declarative framework, and the class in each.
COMPARED_ONLY: Final = {
    f"{_DECLARATIVE}.incremental.concurrent_partition_cursor": "ConcurrentPerPartitionCursor",
    f"{_DECLARATIVE}.partition_routers.cartesian_product_stream_slicer": "CartesianProductStreamSlicer",
    f"{_DECLARATIVE}.partition_routers.grouping_partition_router": "GroupingPartitionRouter",
    f"{_DECLARATIVE}.partition_routers.partition_router": "PartitionRouter",
    f"{_DECLARATIVE}.partition_routers.substream_partition_router": "SubstreamPartitionRouter",
    f"{_DECLARATIVE}.partition_routers.union_partition_router": "UnionPartitionRouter",
    f"{_DECLARATIVE}.stream_slicers.declarative_partition_generator": "StreamSlicerPartitionGenerator",
}


def imported(load: Callable[[], Loaded]) -> Loaded:
    """What `load` imports, with the shortcuts; the plain way where they lead nowhere.

    Raises what the plain import raises.
    """
    if PACKAGE in sys.modules:
        return load()
    before = set(sys.modules)
    try:
        prepare()
        with _classes_of_nothing():
            return load()
    except MOVED:
        # What was imported meanwhile may hold parts of a package that is only half there.
        for name in sys.modules.keys() - before:
            if name.partition(".")[0] in (PACKAGE, *OWN_PACKAGES):
                del sys.modules[name]
        return load()


def prepare() -> None:
    """To be called before the CDK is imported; does nothing afterwards. Raises one of `MOVED` if the CDK has moved."""
    if PACKAGE not in sys.modules:
        sys.modules[PACKAGE] = _package()
        _without_docstrings()


@contextmanager
def _classes_of_nothing() -> Iterator[None]:
    """Classes that no object is of, in place of those that types are only compared with.

    Who imports one of the modules afterwards gets the real one.
    """
    placeholders = {}
    for module, name in COMPARED_ONLY.items():
        placeholders[module] = ModuleType(module)
        setattr(placeholders[module], name, type(name, (), {"__module__": module}))
    sys.modules.update(placeholders)
    try:
        yield
    finally:
        for module in COMPARED_ONLY:
            del sys.modules[module]


def _package() -> ModuleType:
    """The package; until a name is asked for, only its location is known."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed", name=PACKAGE)
    package, loader = module_from_spec(spec), spec.loader

    def load(name: str) -> Any:
        # A submodule that is being imported is found without the package's help.
        if name.startswith("__") or f"{PACKAGE}.{name}" in sys.modules:
            raise AttributeError(name)
        del package.__dict__["__getattr__"]
        loader.exec_module(package)
        return getattr(package, name)

    package.__dict__["__getattr__"] = load
    return package


def _without_docstrings() -> None:
    """Lets the library below the CDK's serialisers find no docstrings while these are made."""
    import attributes_doc  # noqa: PLC0415 - only here, and before the library takes the function from it

    read = attributes_doc.get_attributes_doc
    attributes_doc.get_attributes_doc = _nothing
    try:
        import airbyte_cdk.models  # noqa: F401, PLC0415 - makes the serialisers
    finally:
        attributes_doc.get_attributes_doc = read


def _nothing(cls: type) -> dict[str, str]:
    del cls
    return {}
