"""PostgreSQL: where it comes from, its roles, its migrations and its promises of durability."""
