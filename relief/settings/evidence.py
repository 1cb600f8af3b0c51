"""How large evidence may be, and the virus scanner that looks at it."""

from relief.settings.environment import env

_MEGABYTE = 1024 * 1024

EVIDENCE_FILE_SIZE = env.int("RELIEF_EVIDENCE_FILE_MB", 20) * _MEGABYTE
EVIDENCE_ARCHIVE_SIZE = env.int("RELIEF_EVIDENCE_ARCHIVE_MB", 200) * _MEGABYTE
EVIDENCE_ARCHIVE_FILES = env.int("RELIEF_EVIDENCE_ARCHIVE_FILES", 2_000)
# "host:port", or the path of a unix socket; empty: nothing is scanned.
EVIDENCE_CLAMD = env.str("RELIEF_CLAMD", "")
