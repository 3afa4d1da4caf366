"""What is shown before there are images, and while something is dragged over the window."""
