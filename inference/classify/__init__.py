"""Classify pictures: prepare the input, run the network, stream a folder."""
