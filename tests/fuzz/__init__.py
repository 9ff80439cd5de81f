"""Many random inputs at the doors of the product, by command: what they may not find is anything new."""
