"""Reading in code, without running it, how its models are built and what they are fed."""

from translate.discover.hints import Build, Entry, Example, TensorHint
from translate.discover.project import Project, discover, models_of
from translate.discover.settings import Setting, SettingError, settings_for
from translate.discover.words import framework_of

__all__ = [
    "Build",
    "Entry",
    "Example",
    "Project",
    "Setting",
    "SettingError",
    "TensorHint",
    "discover",
    "framework_of",
    "models_of",
    "settings_for",
]
