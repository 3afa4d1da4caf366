"""The Qt-free core of Cardinal: pictures in, class probabilities and evidence maps out."""
