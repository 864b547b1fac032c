"""Multi-reader multi-case analysis: from ratings or marks to differences between modalities."""
