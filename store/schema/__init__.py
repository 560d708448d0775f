"""The tables and views of the database, from its first version to this one."""
