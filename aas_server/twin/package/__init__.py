"""AASX packages and environment files: written, read, imported, checked."""

from aas_server.twin.package.check import Finding, Findings, check
from aas_server.twin.package.content import Content, gather
from aas_server.twin.package.export import export, export_content
from aas_server.twin.package.importer import Imported, Report, import_file
from aas_server.twin.package.limits import Limits
from aas_server.twin.package.read import Opened, opened
from aas_server.twin.package.repair import Repair

__all__ = [
    "Content",
    "Finding",
    "Findings",
    "Imported",
    "Limits",
    "Opened",
    "Repair",
    "Report",
    "check",
    "export",
    "export_content",
    "gather",
    "import_file",
    "opened",
]
