"""Endpoints beyond AUC and shares of calls: localisation, partial areas, operating points, fits."""
