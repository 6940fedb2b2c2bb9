"""AASX packages and environment files: written, read, imported, checked."""

from aas_server.twin.package.check import Finding, Findings, check
from aas_server.twin.package.conflict.settling import Policy
from aas_server.twin.package.content import Content, gather, gather_all
from aas_server.twin.package.export import export, export_content, export_environment
from aas_server.twin.package.importer import import_file
from aas_server.twin.package.limits import Limits
from aas_server.twin.package.read import Opened, opened
from aas_server.twin.package.repair.notes import Repair
from aas_server.twin.package.report import Imported, Report

__all__ = [
    "Content",
    "Finding",
    "Findings",
    "Imported",
    "Limits",
    "Opened",
    "Policy",
    "Repair",
    "Report",
    "check",
    "export",
    "export_content",
    "export_environment",
    "gather",
    "gather_all",
    "import_file",
    "opened",
]
