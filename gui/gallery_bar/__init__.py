"""The bar above the gallery: order, groups, filters and what they leave over."""
