"""Declare what files of other editors have in common: known fields are checked, all others are left alone."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tilebake.level.source.diagnostics import field_problems
from tilebake.level.source.refuse import Refuse

_Model = TypeVar("_Model", bound=BaseModel)


class LenientModel(BaseModel):
    """Validate a part of a file that another editor writes; frozen once read."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


def validate(model: type[_Model], data: object, refuse: Refuse) -> _Model:
    """Return what a file says. Raises what `refuse` makes for the first field that is wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = field_problems(error, data)[0]
        raise refuse(first.what, first.path, hint="save the file anew in its editor") from None
