"""Print the options of a command in titled sections."""

from typing import Any, Final

import click

from tilebake.cli.verbose import VerboseCommand

GENERAL: Final = "Options"  # of a command's own; also what click calls the rest


class SectionOption(click.Option):
    """Name the section of --help that an option is listed in."""

    def __init__(self, *arguments: Any, section: str = GENERAL, **options: Any) -> None:
        self.section = section
        super().__init__(*arguments, **options)


class SectionCommand(VerboseCommand):
    """List the options in --help section by section, the command's own first."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one list of options for each section, in the order in which the sections first appear."""
        sections: dict[str, list[tuple[str, str]]] = {GENERAL: []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and record[1]:  # an argument without a help text is in the usage line
                title = parameter.section if isinstance(parameter, SectionOption) else GENERAL
                sections.setdefault(title, []).append(record)
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)
