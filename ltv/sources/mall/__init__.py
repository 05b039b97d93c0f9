"""A simulated mall: input tables that look like the real thing, and the truth about them.

- `simulate`: write them to a folder
- `MallSummary`: what was written
- `foreign_files`: files in a workspace that no simulation has made
- `is_complete`: whether a folder holds a finished simulation
"""

from ltv.sources.mall.folder import foreign_files, is_complete
from ltv.sources.mall.simulate import MallSummary, simulate

__all__ = ["MallSummary", "foreign_files", "is_complete", "simulate"]
