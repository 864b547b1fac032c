"""Other programs' rating files: reading them into `ObserverData`, and writing them back out."""
