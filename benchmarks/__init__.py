"""What must be fast, held against a limit measured in the same run; `make bench` runs all of it."""
