"""Claims that came twice: found, looked at side by side, and settled by a person."""
