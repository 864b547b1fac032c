"""What leaves the program: figures, tables and the report."""
