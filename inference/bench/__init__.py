"""How fast this machine classifies, beside its limit and what others' loops do; each in a process of its own."""
