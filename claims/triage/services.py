"""Classifying claims by a rule set; filled below."""
