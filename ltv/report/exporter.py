"""Our nbconvert exporter: the templates of all pages, everything in them escaped unless it was cleaned."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment
from nbconvert.exporters import TemplateExporter
from traitlets.config import Config

from ltv.report.frame import TEMPLATES, environment


class PageExporter(TemplateExporter):
    """Turns an executed notebook into a page; what the page says beyond the notebook comes as resources."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(  # type: ignore[no-untyped-call]
            template_file="notebook.html.j2", template_paths=[str(TEMPLATES)], **options
        )

    @property
    def default_config(self) -> Config:
        """Run no preprocessor: sections are taken from the notebook as it is."""
        return Config({"PageExporter": {"default_preprocessors": []}})

    def _create_environment(self) -> Environment:
        return environment()
