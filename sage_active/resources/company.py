"""What belongs to a company as a whole: its details, settings, users and files."""

from datetime import timedelta
from typing import Final

from sage_active.markets import DIRECT
from sage_active.resources.resource import CREATE, ByDate, Cell, DirectResource, Resource

COMPANY: Final = (
    Resource(name="company_details", direct=DirectResource(root="organizationDetail", type="OrganizationDetail")),
    Resource(
        name="accounting_setup",
        direct=DirectResource(root="organizationAccountingSetupByOrgId", type="OrganizationAccountingSetup"),
        suggested=True,
    ),
    Resource(
        name="sales_setup",
        direct=DirectResource(root="organizationSalesSetupByOrgId", type="OrganizationSalesSetupGLDto"),
    ),
    Resource(
        name="irpf_setup",
        direct=DirectResource(
            root="organizationIrpfSetupByOrgId",
            type="OrganizationIrpfSetup",
            # Other markets do not have it (docs/reference/authentication.md, "Settings of a company").
            markets=frozenset({"ES"}),
        ),
    ),
    Resource(name="users", direct=DirectResource(root="users", type="User"), personal=True),
    Resource(
        name="files",
        direct=DirectResource(
            root="files",
            type="EntityFile",
            # Uploads are listed only after a virus scan (docs/reference/files.md, "Uploads").
            read=ByDate(
                order="businessDate",
                changed=("uploadDate",),
                day=False,
                overlap=timedelta(days=1),
                grammar="restricted",
                chunk=100,
            ),
            # Links that are good for ten minutes (docs/reference/files.md, "Links to content").
            omit=frozenset({"downloadPath", "previewPath"}),
        ),
        # Uploaded, with a mutation of another name.
        cells={(DIRECT, CREATE): Cell.OFFERED},
        start_date=True,
    ),
)
