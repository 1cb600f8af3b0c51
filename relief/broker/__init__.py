"""PostgreSQL as the default message broker: its queue tables, laid by a migration."""
