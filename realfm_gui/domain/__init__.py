"""What a reader study is: values and rules, without input, output, Qt or torch."""
