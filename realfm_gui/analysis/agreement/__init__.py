"""How far readers agree, whether an algorithm could take a reader's place, and permutation tests."""
