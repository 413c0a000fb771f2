"""The workbench: one object that holds settings and models, and does what users ask.

Every face (the package's verbs, the command line) works through it. Its verbs live in one file
for each kind of work.
"""

from .aligning import Aligning
from .asking import Asking
from .base import Input
from .evaluating import Evaluating
from .finding import Finding
from .making import Making
from .models import Modelling
from .recognising import Recognising
from .translating import Translating
from .wording import Wording

__all__ = ["Input", "Workbench"]


class Workbench(
    Aligning, Evaluating, Asking, Finding, Making, Modelling, Recognising, Translating, Wording
):
    """Settings, the models that they choose, and the verbs.

    Args:
        settings: None for those of the user's file and environment.
        registry: None for the catalogue of this package, all plug-ins and all saved spaces.
        space: the saved space to work in; None for that of the settings.
    """
