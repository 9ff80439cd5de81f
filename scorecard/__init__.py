"""The planning tool: objectives, key results and KPIs, rolled up and explained to the last leaf."""
