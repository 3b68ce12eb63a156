"""Countries of addresses: an id or an ISO code is sent, both are shown (docs/reference/objects.md, "Addresses")."""

from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import Problems
from sage_active_sandbox.writing.target import Target


def set_country(address: Row, target: Target, problems: Problems, path: str) -> None:
    """Set the address's country members from the one that was sent; an address may be without country."""
    country_id, code = address.get("countryId"), address.get("countryIsoCodeAlpha2")
    if country_id is not None:
        country = target.table("Country").get(country_id)
    elif code is not None:
        country = target.first("Country", isoCodeAlpha2=code)
        if country is None:
            problems.add("unknownReference", f"{path}countryIsoCodeAlpha2", value=code)
    else:
        country = None
    address["countryId"] = country["id"] if country else None
    address["countryIsoCodeAlpha2"] = country["isoCodeAlpha2"] if country else None
    address["countryName"] = country["name"] if country else None
