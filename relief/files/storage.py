"""The private storage on disk: a file appears under its name whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage


class ContentStorage(FileSystemStorage):
    """Files named by their content's hash: written beside, made durable, then renamed into place.

    A crash in the middle leaves a part file that no name leads to; writing the same content twice is harmless.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        # The same name means the same bytes, so there is never another file to step aside for.
        return name

    def _save(self, name: str, content: Any) -> str:
        target = Path(self.path(name))
        # Each level by itself: `parents=True` would give the upper ones the default mode.
        for folder in (Path(self.location), target.parent.parent, target.parent):
            self._make_folder(folder)
        handle, part = tempfile.mkstemp(prefix=".part-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            if self.file_permissions_mode is not None:
                Path(part).chmod(self.file_permissions_mode)
            Path(part).replace(target)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
        self._make_durable(target.parent)
        return name

    def _make_folder(self, folder: Path) -> None:
        mode = self.directory_permissions_mode
        folder.mkdir(mode=0o777 if mode is None else mode, parents=True, exist_ok=True)

    @staticmethod
    def _make_durable(folder: Path) -> None:
        """Write the folder's entry for the new name to the disk."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
