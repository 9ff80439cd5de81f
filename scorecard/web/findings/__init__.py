"""The findings: what is wrong with a plan, in words, and what is waived."""
