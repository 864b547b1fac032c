"""Which order the frames of a case are in, as a number that studies remember."""

FRAME_ORDER = 2
"""The order of this program (`imaging.stacking.display_order`); raise it with every change of that order.

Marks, lesions, drafts, records of what was displayed and what models found where name a frame by its number
in the case: in another order it is another slice. 1: stacks in ascending order along their normal. 2: axial
ones from the head to the feet.
"""
