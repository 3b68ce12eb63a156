"""The page on which the browser ends after a sign-in: self-contained, and it says what happened."""

from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from sage_active.escaping import escaped
from sage_active.masking import masked

TEMPLATE: Final = "browser_page.html"
# Of the icon in a circle: a tick, and an exclamation mark.
TICK: Final = "M7 12.5l3.5 3.5 6.5-7.5"
EXCLAMATION: Final = "M12 6.5v7M12 17v.01"
REMEDY: Final = "<h2>What to do</h2>\n  <p>{}</p>"


@dataclass(frozen=True, slots=True)
class BrowserPage:
    """What happened, in a heading and a sentence or two, and what to do if it went wrong."""

    title: str
    text: str
    remedy: str = ""
    is_good: bool = False

    def html(self) -> bytes:
        """The page. Texts of servers are escaped, and secrets are masked."""
        template = Template((files("sage_active_cli") / TEMPLATE).read_text(encoding="utf-8"))
        return template.substitute(
            title=_escaped(self.title),
            text=_escaped(self.text),
            remedy=REMEDY.format(_escaped(self.remedy)) if self.remedy else "",
            tone="good" if self.is_good else "bad",
            mark=TICK if self.is_good else EXCLAMATION,
        ).encode()


SIGNED_IN: Final = BrowserPage(
    "You are signed in", "Go back to the terminal, where sage-active lists your companies now.", is_good=True
)


def failed(cause: str, remedy: str) -> BrowserPage:
    """The page for a sign-in that did not work."""
    return BrowserPage("The sign-in did not work", cause, remedy)


def _escaped(text: str) -> str:
    return escape(escaped(masked(text)))
