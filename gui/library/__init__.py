"""The left panel: sources, states, labels and suggestions with their counts, each a filter."""
