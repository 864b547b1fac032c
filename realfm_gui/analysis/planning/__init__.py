"""How many readers and cases a study needs: power, sample size and simulation, before anything is read."""
