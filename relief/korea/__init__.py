"""Numbers of Korea: banks, business registration numbers, phones. Pure functions, no database."""
