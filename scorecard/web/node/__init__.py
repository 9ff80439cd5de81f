"""A node's page: what it is, what it serves, how it stands, what is done about it; and its forms."""
