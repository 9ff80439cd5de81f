"""The benchmarks: what the product promises to be quick at, each beside the floor of the same run."""
