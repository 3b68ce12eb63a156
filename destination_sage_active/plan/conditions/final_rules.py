"""What keeps a document from becoming final: the bounds of the configuration, its amounts, its effects, its date."""

from datetime import datetime, tzinfo

from destination_sage_active.options.final_acts import FinalActs, FinalConfig
from destination_sage_active.plan.conditions.effects import require_no_effect
from destination_sage_active.plan.item import Item
from destination_sage_active.record.rejection import Held
from sage_active.resources.resource import Resource
from sage_active.writing import Row

UNCONTROLLED = (
    "the record states neither totals nor rates, so nothing shows whether its amounts are right; it is not made final "
    "(`require_totals: false` would make it final)"
)


class FinalRules:
    """The rules of one sync."""

    def __init__(self, config: FinalConfig, zone: tzinfo) -> None:
        self._config = config
        self._zone = zone

    @property
    def acts(self) -> FinalActs | None:
        """What is allowed."""
        return self._config.allowed

    def require(self, item: Item, row: Row, day: str, day_member: str, last: str | None) -> None:
        """Raises `Held` for a document that may not become final.

        `day`: its date; `last`: that of the last final one of its number series.
        """
        self._require_allowed(item.model.resource)
        if self._config.require_totals and item.stated is None:
            raise Held(None, UNCONTROLLED)
        self._require_within(day, day_member)
        require_no_effect(item.model, row, item.withheld)
        if last and day < last and not self._config.allow_backdating:
            raise Held(
                day_member,
                f"{day} is before {last}, the day of the last final document of its number series; it is not made "
                "final (`allow_backdating: true` would make it final)",
            )

    def require_creation(self, resource: Resource, day: str, day_member: str) -> None:
        """Raises `Held` for a record that must not be created, because it would be final at once."""
        what = "it would be final at once, so it is not created"
        if not self._config.allows(resource):
            raise Held(None, f"`final_acts` does not allow it; {what} (name `{resource.name}` in its `objects`)")
        self._require_within(day, day_member, what)

    @property
    def today(self) -> str:
        """The day, where the company is."""
        return datetime.now(self._zone).date().isoformat()

    def _require_allowed(self, resource: Resource) -> None:
        if not self._config.allows(resource):
            raise Held(None, "`final_acts` does not allow it; it is not made final")

    def _require_within(self, day: str, member: str, what: str = "it is not made final") -> None:
        acts = self.acts
        if acts is None:
            return
        if acts.not_before and day < acts.not_before.isoformat():
            raise Held(member, f"{day} is before {acts.not_before} (`final_acts.not_before`); {what}")
        last = acts.not_after.isoformat() if acts.not_after else self.today
        if day > last:
            name = "`final_acts.not_after`" if acts.not_after else "today"
            raise Held(member, f"{day} is after {last} ({name}); {what}")
