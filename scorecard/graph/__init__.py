"""How it hangs together: the networkx plan and all that is computed on it."""
