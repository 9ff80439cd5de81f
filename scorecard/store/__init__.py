"""Where it is kept: tables, whole-plan queries, commands in one unit of work, history."""
