"""Side by side: several pictures, several classes of one picture, or two models, on one scale."""
