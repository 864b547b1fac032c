"""Statistics of reader studies: pure functions over arrays, without files or database."""
