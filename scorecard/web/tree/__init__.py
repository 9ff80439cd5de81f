"""The tree: the cascade as rows that are added to, edited and moved in place."""
