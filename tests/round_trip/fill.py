"""Fills in a list as a liaison would, in a spreadsheet library that is not ours: fill.py LIST.xlsx FILLED.xlsx [other]

Of the school S0001 of data-samples, in Albanian, of 2026-02-20. A column is moved and one is added, lines stand in
another order, two are added below, one day is typed as text. With `other` it is the copy of a colleague, who remembers
one contact otherwise.
"""
import datetime
import sys

import openpyxl

DAY = lambda day: datetime.date(2026, 2, day)
FILLED = {
    "P0000002": [(DAY(23), "Ana Provë", "telefonatë", "u kontaktua", None, "nëna do ta sjellë vetë")],
    "P0000023": [
        (DAY(23), "Ana Provë", "telefonatë", "nuk u gjet", None, None),
        (DAY(24), "Ana Provë", "vizitë në shtëpi", "nuk u gjet", None, None),
    ],
    "P0000008": [(DAY(23), "Ana Provë", "vizitë në shtëpi", "u ra dakord për një plan", DAY(26), None)],
    "P0000047": [(DAY(23), "Ana Provë", "tjetër", None, None, None)],
    "P0000033": [("24.02.2026", "Ana Provë", "Vizitë  në SHTËPI", "u kontaktua", None, "=po")],
    "P0000040": [(DAY(23), None, "telefonatë", "u kontaktua", None, None)],
}
FROM_THE_OTHER = {"P0000002": [(DAY(23), "Ana Provë", "telefonatë", "u ra dakord për një plan", None, None)]}
HEADERS = ["Data e kontaktit", "Kontaktoi", "Veprimi", "Rezultati", "Rishikimi i ardhshëm më", "Shënim"]
PUPIL = "Numri i nxënësit"


def lines(sheet, top):
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=top, max_col=sheet.max_column)]


def main(source, target, of):
    book = openpyxl.load_workbook(source)
    sheet = next(s for s in book.worksheets if any(cell.value == PUPIL for row in s.iter_rows(max_row=20) for cell in row))
    top = next(cell.row for row in sheet.iter_rows(max_row=20) for cell in row if cell.value == PUPIL)
    headers = [cell.value for cell in sheet[top]]
    pupil, places = headers.index(PUPIL), [headers.index(header) for header in HEADERS]
    listed = [line for line in lines(sheet, top + 1) if line[pupil] and not str(line[pupil]).startswith("=")]
    assert listed, "no pupil on the list"
    written = []
    for line in listed:
        for at, contact in enumerate(of.get(line[pupil], [])):
            entry = line if at == 0 else [None if place != pupil else line[pupil] for place in range(len(headers))]
            for place, value in zip(places, contact):
                entry[place] = value
            if at > 0:
                written.append(entry)
    assert sum(len(contacts) for contacts in of.values()) == len(written) + len(of), "a pupil to fill in is not on the list"
    # The last column comes first, and one of the liaison's own after it; the list stands upside down.
    order = [len(headers) - 1, None, *range(len(headers) - 1)]
    sheet.protection.sheet = False
    sheet.data_validations.dataValidation = []
    table = [headers] + listed[::-1] + written
    sheet.delete_rows(top, sheet.max_row)
    for row, line in enumerate(table, start=top):
        for column, place in enumerate(order, start=1):
            value = ("Shënime të miat" if row == top else "e pashme") if place is None else line[place]
            sheet.cell(row=row, column=column).value = value
    book.save(target)


main(sys.argv[1], sys.argv[2], FROM_THE_OTHER if "other" in sys.argv[3:] else FILLED)
