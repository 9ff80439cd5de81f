"""The alignment: lines of sight from the company's objectives down, and who carries what."""
