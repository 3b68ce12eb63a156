"""Which companies a configuration means, out of those that the sign-in lists."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from unicodedata import normalize

from sage_active.client import Company
from sage_active.config import CompanySelection
from sage_active.counted import counted
from sage_active.errors import SageActiveError, configuration_error
from sage_active.limits import LONGEST_NAME, MOST_LISTED


def resolve_companies(
    selections: Sequence[CompanySelection], listed: Sequence[Company], unlisted: Sequence[SageActiveError] = ()
) -> list[Company]:
    """The companies to use: those configured (by id or exact name), else every usable one.

    `unlisted`: why markets did not list their companies; the first of them is raised where it may have one of those.
    Raises a configuration error that lists the usable companies when one is missing, ambiguous or not usable, and when
    there is none at all.
    """
    chosen, refused = _chosen(selections, listed, unlisted)
    if refused:
        raise refused[0]
    return chosen


def usable_companies(
    selections: Sequence[CompanySelection], listed: Sequence[Company], unlisted: Sequence[SageActiveError] = ()
) -> tuple[list[Company], list[SageActiveError]]:
    """The same, but a configured company that cannot be used stops none of the others: its error stands beside them.

    Raises the first error when there is no other company.
    """
    chosen, refused = _chosen(selections, listed, unlisted)
    if not chosen:
        raise refused[0]
    return chosen, refused


def _chosen(
    selections: Sequence[CompanySelection], listed: Sequence[Company], unlisted: Sequence[SageActiveError]
) -> tuple[list[Company], list[SageActiveError]]:
    # Two identical entries of the list are one company.
    listed = list(dict.fromkeys(listed))
    usable = [company for company in listed if company.usable]
    if not selections and not usable and not unlisted:
        raise configuration_error(
            f"The sign-in lists {counted(len(listed), 'company', 'companies')}, but none that can be used.",
            "Finish the set-up of a company in Sage Active, or sign in as a user who may see one.",
        )
    if not selections:
        numbers = Counter(company.id for company in usable)
        twice = [_indistinct(company_id, usable) for company_id, number in numbers.items() if number > 1]
        return [company for company in usable if numbers[company.id] == 1], [*unlisted, *twice]
    chosen: dict[str, Company] = {}
    refused: list[SageActiveError] = []
    # What no market lists is taken for a company of those that have not answered.
    if unlisted and any(not matching(selection.company_id, listed) for selection in selections):
        refused.extend(unlisted)
        selections = [selection for selection in selections if matching(selection.company_id, listed)]
    for selection in selections:
        try:
            company = _meant(selection, listed, usable)
        except SageActiveError as error:
            refused.append(error)
        else:
            chosen[company.id] = company
    return list(chosen.values()), refused


def _meant(selection: CompanySelection, listed: Sequence[Company], usable: Sequence[Company]) -> Company:
    wanted = selection.company_id
    found = matching(wanted, listed)
    candidates = [company for company in found if company.usable]
    if len(candidates) > 1 and selection.environment_name:
        candidates = [
            candidate for candidate in candidates if candidate.environment_name == selection.environment_name
        ] or candidates
    if len(candidates) > 1 and len({company.id for company in candidates}) == 1:
        raise _indistinct(candidates[0].id, usable)
    if len(candidates) == 1:
        (company,) = candidates
        return replace(company, environment_name=selection.environment_name or company.environment_name)
    if candidates:
        raise _unknown(f"Several companies are called {wanted!r}", usable)
    if found:
        status = found[0].status or "unknown"
        why = "its set-up is not finished" if status == "READY" else f"status {status}"
        raise _unknown(f"The company {wanted!r} cannot be used ({why})", usable)
    raise _unknown(f"The sign-in has no company {wanted!r}", usable)


def matching(wanted: str, companies: Sequence[Company]) -> list[Company]:
    """The companies that a text means: by id, else by exact name, else by name as people cannot tell it apart."""
    identifier = wanted.strip()
    return (
        [company for company in companies if identifier == company.id]
        # Some programs write UUIDs in capitals.
        or [company for company in companies if identifier.casefold() == company.id.casefold()]
        or [company for company in companies if wanted == company.name]
        or [company for company in companies if same_name(wanted) == same_name(company.name)]
    )


def same_name(name: str) -> str:
    """A name as it is compared: forms strip blanks, and some systems take letters apart from their accents."""
    return normalize("NFC", name).strip()


def _indistinct(company_id: str, usable: Sequence[Company]) -> SageActiveError:
    """Several companies have one id: read as one, their rows would be mixed."""
    same = [company for company in usable if company.id == company_id]
    environments = {company.environment_name for company in same}
    if len(environments) == len(same) and None not in environments:
        options = ", ".join(sorted(f"{environment!r}" for environment in environments))
        return configuration_error(
            f"Several companies have the id {company_id!r}: {names(same)}.",
            f"Put the id into `companies`, with the `environment_name` of the right one: {options}.",
        )
    return configuration_error(
        f"Several companies have the id {company_id!r}: {names(same)}. They cannot be told apart.",
        "Report this list to whoever runs the API. Until then, put the ids of the other companies into `companies`.",
    )


def _unknown(problem: str, usable: Sequence[Company]) -> SageActiveError:
    return configuration_error(
        f"{problem}. Usable companies: {names(usable) or 'none'}.",
        "Put the id of one of them into `companies`.",
    )


def names(companies: Sequence[Company]) -> str:
    """Companies as messages list them: the first few, and how many more there are."""
    listed = ", ".join(f"{company.name[:LONGEST_NAME]!r} ({company.id})" for company in companies[:MOST_LISTED])
    more = len(companies) - MOST_LISTED
    return f"{listed} and {more} more" if more > 0 else listed
