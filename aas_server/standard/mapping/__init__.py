"""The Korean mapping sheet (KOSMO's 모델링 자료): read and written as a workbook."""

from aas_server.standard.mapping.checking import Checked, Doubt, check
from aas_server.standard.mapping.reading import read
from aas_server.standard.mapping.sheet import Book, Cell, Row, Sheet
from aas_server.standard.mapping.writing import write

__all__ = ["Book", "Cell", "Checked", "Doubt", "Row", "Sheet", "check", "read", "write"]
