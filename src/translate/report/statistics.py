"""What was left, counted: which rule would help most."""

from __future__ import annotations

import csv
import io

from translate.report.folder import FolderOutcome

HEAD = "api,codes,count,percent,files,only"


def csv_text(outcome: FolderOutcome) -> str:
    """One line an API: how often it was left, in how many files, and in how many it is the only thing left."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEAD.split(","))
    left = outcome.left()
    for u in outcome.untranslated():
        writer.writerow([u.api, " ".join(u.codes), u.count, f"{100 * u.count / left:.2f}", u.files, u.only])
    return stream.getvalue()
