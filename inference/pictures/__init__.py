"""Turn picture files into upright RGB arrays, in supervised worker processes."""
