"""Say where the program keeps its own files: models, caches, settings."""

from dataclasses import dataclass
from pathlib import Path

import platformdirs

_NAME = "Cardinal"


@dataclass(frozen=True, slots=True)
class Profile:
    """The folders of one person's Cardinal. Nothing is created before something is written.

    Attributes:
        data: models and other things a person would miss.
        cache: things that can be made again.
        config: settings and window state.
    """

    data: Path
    cache: Path
    config: Path

    @classmethod
    def default(cls) -> "Profile":
        """The folders that the operating system sets aside for a program."""
        return cls(
            data=platformdirs.user_data_path(_NAME, appauthor=False),
            cache=platformdirs.user_cache_path(_NAME, appauthor=False),
            config=platformdirs.user_config_path(_NAME, appauthor=False),
        )

    @classmethod
    def below(cls, folder: Path) -> "Profile":
        """Everything below `folder` (the `--profile` option)."""
        return cls(data=folder / "data", cache=folder / "cache", config=folder / "config")

    @property
    def models(self) -> Path:
        """Installed models, one `.onnx` file each."""
        return self.data / "models"

    @property
    def downloads(self) -> Path:
        """Official weights on their way, complete or cut off."""
        return self.cache / "downloads"


PROJECT_ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `main.py`; child processes have it as working directory."""

BUILT_IN_MODELS = PROJECT_ROOT / "assets" / "models"
"""The models that the program ships."""
