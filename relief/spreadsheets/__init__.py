"""Spreadsheets in and out: files are known by their bytes, read within limits, and written so that no cell acts."""

from relief.spreadsheets.limits import Limits
from relief.spreadsheets.reading import Cell, Form, Sheet, open_sheet

__all__ = ("Cell", "Form", "Limits", "Sheet", "open_sheet")
