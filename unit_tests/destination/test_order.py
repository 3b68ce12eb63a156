"""What is referred to is written first, through any number of ranks; what goes in a circle has no order."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from destination_sage_active.input.catalog import Mode, Target
from destination_sage_active.plan.order import WritingOrder
from destination_sage_active.write.buffers import Buffer, Buffers
from sage_active.client import Company
from sage_active.resources.resource import DirectResource, Resource
from sage_active.writing import FieldKind, Reference, Writable, WriteModel
from unit_tests.destination.write_memory import COMPANY, model_of

OTHER: Final = Company("c2", "Andere GmbH", "DE", "READY", True)


def model(name: str, *types: str) -> WriteModel:
    """An object that refers to these types, one level down."""
    resource = Resource(name=name, direct=DirectResource(root=name, type=name))
    children = tuple(
        Writable(f"{kind}Id", FieldKind.ID, reference=Reference(kind, ("code",), ((("code",),),))) for kind in types
    )
    fields = (Writable("lines", FieldKind.OBJECT, many=True, children=children),)
    return replace(model_of("items"), resource=resource, type=name, fields=fields, natural_keys=())


def order(models: Mapping[str, WriteModel]) -> list[str]:
    """The names by their ranks."""
    writing_order = WritingOrder(models)
    return sorted(models, key=lambda name: (writing_order.rank(name), name))


def test_the_four_objects() -> None:
    models = {name: model_of(name) for name in ("invoices", "customers", "items", "suppliers")}
    assert order(models) == ["customers", "items", "suppliers", "invoices"]
    assert WritingOrder(models).needs("invoices") == {"customers", "items"}


def test_any_number_of_ranks() -> None:
    letters = "abcdef"
    models = {name: model(name, *letters[:position]) for position, name in reversed(list(enumerate(letters)))}
    writing_order = WritingOrder(models)
    assert [writing_order.rank(name) for name in letters] == list(range(len(letters)))
    chain = {name: model(name, *([letters[position - 1]] if position else [])) for position, name in enumerate(letters)}
    assert WritingOrder(chain).needs("f") == set("abcde")


def test_a_circle_and_an_object_that_refers_to_itself_have_an_end() -> None:
    models = {"a": model("a", "a", "b"), "b": model("b", "c"), "c": model("c", "a"), "d": model("d", "c")}
    writing_order = WritingOrder(models)
    assert writing_order.rank("d") > writing_order.rank("c")
    assert writing_order.needs("a") == {"b", "c"}


def test_before_each_goes_what_it_refers_to_in_its_company_due_or_not() -> None:
    models = {"a": model("a"), "b": model("b", "a"), "c": model("c", "b"), "x": model("x")}
    buffers = Buffers(WritingOrder(models))

    def buffer(name: str, company: Company = COMPANY) -> Buffer:
        return buffers.of(company, Target((None, name), models[name].resource, Mode.UPSERT, None, ()))

    last, first, middle = buffer("c"), buffer("a"), buffer("b")
    unrelated, elsewhere = buffer("x"), buffer("a", OTHER)
    assert buffers.ranked([last]) == [first, middle, last]
    assert buffers.ranked([unrelated, middle]) == [first, unrelated, middle]
    assert elsewhere not in buffers.ranked([last, first])
