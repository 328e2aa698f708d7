"""Functional Keras code to class-form Keras code: layers are made in constructors and applied in ``call``."""

from translate.staging.stage import Staged, StagedClass, stage

__all__ = ["Staged", "StagedClass", "stage"]
