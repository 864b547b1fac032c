"""Model adapters, probes, saliency and prediction runs: everything that uses a network."""
