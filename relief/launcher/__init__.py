"""Starts the embedded database, the environment and the site; plain Python, for it runs before anything is there."""

from relief.launcher.development_keys import development_secrets
from relief.launcher.places import LauncherError, made_folder, state_folder
from relief.launcher.server import ensure_running

__all__ = ("LauncherError", "database_url", "development_secrets", "made_folder", "state_folder")


def database_url() -> str:
    """Return the address of the embedded database, which is started where it is not up. Raises LauncherError."""
    return ensure_running().url
