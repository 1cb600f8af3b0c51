"""Where files lie: static files beside the code, private files in a folder no address leads to."""

from pathlib import Path
from typing import Any


def storages(*, private: Path, manifest: bool) -> dict[str, Any]:
    """Return Django's STORAGES; `manifest` gives static files names with their content's hash."""
    static = (
        "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if manifest
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    folder = {
        "BACKEND": "relief.files.storage.ContentStorage",
        "OPTIONS": {
            "location": str(private),
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }
    return {"default": folder, "private": folder, "staticfiles": {"BACKEND": static}}
