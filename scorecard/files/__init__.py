"""How it travels: plan file, StratML and the like, from bytes to one `PlanFile` and back."""
