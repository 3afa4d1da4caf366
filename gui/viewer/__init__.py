"""The Viewer: one picture large, with its evidence map, suggestions and facts."""
