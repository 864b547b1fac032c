"""The viewport: pixels to the screen, and nothing else."""
