"""What can go wrong, in one tree. Every message says what happened and what to try.

    AlignerError
    ├── InputError       a text cannot be read, or is not a text
    ├── LanguageError    a language code that means nothing
    ├── ModelError       an embedding model cannot be loaded or used
    └── ResultsError     a folder of results, or the plan for one, cannot be made or used

Mistakes of a programmer who calls the library (a negative width, an unknown order) stay `ValueError`.
"""


class AlignerError(Exception):
    """Any trouble that a user can do something about; its text is one line, meant to be shown."""


class InputError(AlignerError):
    """A text cannot be read, or what was read is not a text."""


class LanguageError(AlignerError):
    """A language code that is not one."""


class ModelError(AlignerError):
    """An embedding model cannot be loaded, or does not do what is needed."""


class ResultsError(AlignerError):
    """The results of many comparisons cannot be planned, kept or written."""
