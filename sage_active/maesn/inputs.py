"""What Maesn's creates accept: the write models made from the bodies of its contract."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType, UnionType
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sage_active.amount_members import AmountMembers, Part, Total
from sage_active.maesn.create_bodies import BODIES, Fact
from sage_active.maesn.models import MODELS, record_schema
from sage_active.markets import MAESN
from sage_active.resources.keys import single_keys
from sage_active.resources.resource import MaesnResource, Resource
from sage_active.writing import FieldKind, Identity, Writable, WriteModel

NO_FACT: Final = Fact()
# Amounts that reading gives and a record may state (docs/reference/maesn.md, "Invoices"). Lines name none whose meaning
# is certain.
AMOUNTS: Final[Mapping[str, AmountMembers]] = MappingProxyType(
    {
        "invoices": AmountMembers(
            lines="lineItems",
            quantity="quantity",
            price="unitAmount",
            line_discount="discountItemPercentage",
            discount="discountPercentage",
            rate="taxRatePercentage",
            totals=(
                Total(Part.NET, "sumNetAmount"),
                Total(Part.TAX, "totalTaxAmount"),
                Total(Part.TOTAL, "totalAmount", also=("grossTotalAmount",)),
            ),
            reads_all=False,
        )
    }
)
# A number of its own takes a document out of Sage Active's drafts: not sent where another member is the key.
DOCUMENT_NUMBER: Final = "invoiceNumber"
KINDS: Final[Mapping[Any, FieldKind]] = {str: FieldKind.TEXT, Decimal: FieldKind.NUMBER, bool: FieldKind.FLAG}


def write_model(resource: Resource, binding: MaesnResource, document_key: str | None = None) -> WriteModel:
    """What a create of the object accepts; Maesn offers no update (docs/reference/maesn.md, "What it offers")."""
    left_out = {DOCUMENT_NUMBER} if document_key not in (None, DOCUMENT_NUMBER) else set()
    return WriteModel(
        connection=MAESN,
        resource=resource,
        type=resource.name,
        fields=tuple(
            field for field in _writables(BODIES[resource.name], MODELS[binding.record]) if field.name not in left_out
        ),
        natural_keys=single_keys(*binding.keys),
        document_keys=binding.document_keys,
        nulls_are_unknown=True,
        row_schema=record_schema(binding.record),
        amounts=AMOUNTS.get(resource.name),
        lifecycle=binding.lifecycle,
    )


def _writables(body: type[BaseModel], record: type[BaseModel] | None) -> tuple[Writable, ...]:
    """The members of a body; `record` is what reading gives for it."""
    readable = record.model_fields if record else {}
    return tuple(_writable(name, field, readable.get(name)) for name, field in body.model_fields.items())


def _writable(name: str, field: FieldInfo, readable: FieldInfo | None) -> Writable:
    # A member's own fact comes after that of the alias it is made from.
    facts = [fact for fact in field.metadata if isinstance(fact, Fact)]
    fact = facts[-1] if facts else NO_FACT
    kind = next((fact.kind for fact in facts if fact.kind), None)
    inner, many = _unwrapped(field)
    is_object = isinstance(inner, type) and issubclass(inner, BaseModel)
    is_choice = get_origin(inner) is Literal
    return Writable(
        name,
        kind or (FieldKind.OBJECT if is_object else FieldKind.CHOICE if is_choice else KINDS[inner]),
        many=many,
        required=field.is_required() or fact.required,
        nullable=not field.is_required(),
        fixed=True,
        # Nulls are not sent.
        defaulted=not field.is_required(),
        returned=fact.compared and readable is not None,
        updatable=False,
        values=get_args(inner) if is_choice else (),
        children=_writables(inner, _unwrapped(readable)[0] if readable else None) if is_object else (),
        reference=fact.reference,
        identity=fact.identity or (Identity((), by_position=True) if many and is_object else None),
        preferred=fact.preferred,
        upper=fact.upper,
        text=fact.text,
        whole=fact.whole,
    )


def _unwrapped(field: FieldInfo) -> tuple[Any, bool]:
    """The type of a member, or of its elements, and whether it is a list."""
    options = [option for option in get_args(field.annotation) if option is not type(None)]
    kind = options[0] if isinstance(field.annotation, UnionType) or len(options) == 1 else field.annotation
    if get_origin(field.annotation) in (list, Literal):
        kind = field.annotation
    return (get_args(kind)[0], True) if get_origin(kind) is list else (kind, False)
