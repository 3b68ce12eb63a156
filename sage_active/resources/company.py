"""What belongs to a company as a whole: its details, settings, users and files."""

from datetime import timedelta
from typing import Final

from sage_active.resources.files import DOWNLOADING, FILE_KEY, OF_FILES, UPLOADING
from sage_active.resources.lifecycle import Mutation, Operation
from sage_active.resources.offers import CREATE_DIRECTLY
from sage_active.resources.resource import ByDate, DirectResource, Resource

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
            downloading=DOWNLOADING,
            operations={Operation.CREATE: Mutation("uploadFileToEntity")},
            keys=(FILE_KEY,),
            rules=OF_FILES,
            uploading=UPLOADING,
        ),
        built=CREATE_DIRECTLY,
        start_date=True,
    ),
)
