"""What the platform can bear, each figure beside its own bound in the same run: `python -m benchmarks [NAME ...]`."""
