"""Keep a second file of a model whose convolutions compute in float16, for cards that are faster with it."""
