"""The message catalogue: what is extracted, how it is kept whole, and how it is compiled without gettext's tools."""
