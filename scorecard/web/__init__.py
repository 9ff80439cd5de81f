"""How it is shown: one module a page, plus render, session, security and errors."""
