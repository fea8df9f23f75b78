#!/usr/bin/env python3
"""Tables as people save them: CSV in the encodings of Excel, workbooks of openpyxl and made by hand, and bombs.

SHEET_PRINT is the program that prints a file's rows.
"""
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
import zipfile

try:
    import openpyxl
except ImportError:
    openpyxl = None

PEOPLE = [["Namn", "E-post", "Sektor"], ["Åsa Öberg", "asa@example.org", "politik"],
          ["Ture Ek, VD", "ture@example.org", "näringsliv"]]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PROCESSOR_SECONDS = 30  # with sanitizers
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read(content, *sheet):
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        # What takes more of the processor than this has no bound: it is killed.
        words = ["prlimit", f"--cpu={PROCESSOR_SECONDS}", os.environ["SHEET_PRINT"], file.name, *sheet]
        done = subprocess.run(words, capture_output=True, check=True)
    return json.loads(done.stdout)


def cells(content, *sheet):
    said = read(content, *sheet)
    return [row[1:] for row in said["rows"]] if "rows" in said else said


def separated(separator, end="\r\n"):
    quoted = [[f'"{cell}"' if separator in cell else cell for cell in row] for row in PEOPLE]
    return "".join(separator.join(row) + end for row in quoted)


def workbook(sheet, strings=None, book=None, relations=None, **more):
    """A workbook of these parts; what is not given is the least that works."""
    book = book or (f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="A" sheetId="1" r:id="r1"/>'
                    "</sheets></workbook>")
    relations = relations or (f'<Relationships><Relationship Id="r1" Type="{RELATIONS}/worksheet" '
                              'Target="worksheets/sheet1.xml"/>'
                              f'<Relationship Id="r2" Type="{RELATIONS}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
                              "</Relationships>")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", relations)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("xl/sharedStrings.xml", strings or f'<sst xmlns="{MAIN}"/>')
        for path, content in more.items():
            archive.writestr(path, content)
    return made.getvalue()


def sheet_of(rows):
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


class Text(unittest.TestCase):
    def test_separators_and_encodings(self):
        for separator in "\t;,":
            for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"):
                with self.subTest(separator=separator, encoding=encoding):
                    self.assertEqual(cells(separated(separator).encode(encoding)), PEOPLE)

    def test_line_ends(self):
        for end in ("\n", "\r\n", "\r"):
            self.assertEqual(cells(separated(";", end).encode()), PEOPLE)

    def test_a_line_that_names_the_separator(self):
        said = read(("sep=;\r\n" + separated(";")).encode())
        self.assertEqual(said["rows"][0], [2, *PEOPLE[0]])

    def test_numbers_of_lines(self):
        said = read(b'\n"a\nb";c\n\n;;\nd;e\n')
        self.assertEqual(said["rows"], [[2, "a\nb", "c"], [6, "d", "e"]])

    def test_spaces_are_trimmed(self):
        self.assertEqual(cells("  a\u00a0 b \t\u00a0c\u00a0\n".encode()), [["a b", "c"]])

    def test_commas_in_names_do_not_separate(self):
        self.assertEqual(cells(b"Ek, Ture;a@b.se\nSten, Ada, jr;c@d.se\n"),
                         [["Ek, Ture", "a@b.se"], ["Sten, Ada, jr", "c@d.se"]])

    def test_quotes_within_a_cell(self):
        self.assertEqual(cells('Ada "A" Ek;a@b.se\n"Bo ""B"" Ek";c@d.se\n'.encode()),
                         [['Ada "A" Ek', "a@b.se"], ['Bo "B" Ek', "c@d.se"]])

    def test_one_column(self):
        self.assertEqual(cells(b"a@b.se\nc@d.se"), [["a@b.se"], ["c@d.se"]])

    def test_what_is_no_table(self):
        self.assertIn("no rows", read(b"")["error"])
        self.assertIn("no rows", read(b" \n;;\n")["error"])
        self.assertIn("neither", read(b"\x00\x00\x01\x02")["error"])
        self.assertIn("neither", read(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")["error"])
        self.assertIn("old format", read(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500))["error"])

    def test_limits(self):
        self.assertIn("2000 rows", read(b"a;b\n" * 2101)["error"])
        self.assertIn("64 columns", read(b";" * 64 + b"a\n")["error"])
        self.assertIn("2000 characters", read(b"a;" + b"b" * 2001)["error"])
        self.assertIn("too large", read((b"b" * 1999 + b"\n") * 600)["error"])
        self.assertEqual(len(cells(b"a;b\n" * 2000)), 2000)


class Workbook(unittest.TestCase):
    def test_kinds_of_cells(self):
        rows = ('<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r>'
                '</is></c><c r="D2"><v>0.30000000000000004</v></c><c r="E2" t="b"><v>1</v></c>'
                '<c r="F2" t="str"><f>A1&amp;"x"</f><v>for&amp;mula</v></c><c r="AB2" t="s"><v>1</v></c></row>'
                '<row r="9"><c><v>12</v></c><c><v>1E3</v></c></row><row r="10"/>')
        strings = (f'<sst xmlns="{MAIN}"><si><t xml:space="preserve"> first </t></si>'
                   "<si><r><t>sec</t></r><r><t>ond</t></r><rPh><t>said</t></rPh></si></sst>")
        self.assertEqual(read(workbook(sheet_of(rows), strings)), {
            "rows": [[2, "first", "", "inline", "0.3", "1", "for&mula", *[""] * 21, "second"], [9, "12", "1000"]],
            "names": ["A"]})

    def test_prefixed_names(self):
        rows = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c>' \
               "</x:row></x:sheetData></x:worksheet>"
        self.assertEqual(cells(workbook(rows)), [["a"]])

    @unittest.skipIf(openpyxl is None, "openpyxl is not installed")
    def test_openpyxl(self):
        book = openpyxl.Workbook()
        book.active.title = "Dold"
        book.active.sheet_state = "hidden"
        people = book.create_sheet("Delegation")
        for row in PEOPLE:
            people.append(row)
        people["D5"] = 7.5
        other = book.create_sheet("Ledare & personal")
        other["B2"] = "x"
        made = io.BytesIO()
        book.save(made)
        said = read(made.getvalue())
        self.assertEqual([row[1:] for row in said["rows"]], [*PEOPLE, ["", "", "", "7.5"]])
        self.assertEqual(said["names"], ["Dold", "Delegation", "Ledare & personal"])
        self.assertEqual(read(made.getvalue(), "Ledare & personal")["rows"], [[2, "", "x"]])
        self.assertIn("no sheet of that name", read(made.getvalue(), "Nej")["error"])

    def test_damaged(self):
        good = workbook(sheet_of("<row><c><v>1</v></c></row>"))
        self.assertEqual(cells(good), [["1"]])
        for part, content in {
                "cut": good[:-40], "no book": workbook("", book="<workbook/>"),
                "not XML": workbook("row"), "no such string": workbook(sheet_of('<row><c t="s"><v>3</v></c></row>')),
                "a row in a row": workbook(sheet_of("<row><row/></row>")),
                "backwards": workbook(sheet_of('<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>')),
                "deep": workbook("<a>" * 100 + "</a>" * 100),
                "a way out": workbook("", relations=f'<Relationships><Relationship Id="r1" Type="{RELATIONS}/worksheet" '
                                                    'Target="../../../etc/passwd"/></Relationships>')}.items():
            with self.subTest(part):
                self.assertIn("error", read(content))
        spoilt = bytearray(workbook(sheet_of("<row><c><v>1</v></c></row>" * 500)))
        at = spoilt.index(b"xl/worksheets/sheet1.xml") + 60
        spoilt[at] ^= 0xff
        self.assertIn("error", read(bytes(spoilt)))

    def test_another_zip(self):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        self.assertIn("not a workbook", read(made.getvalue())["error"])

    def test_bombs(self):
        laughs = '<!DOCTYPE b [<!ENTITY a "ha">' + "".join(
            f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(10)) + "]><worksheet>&k;</worksheet>"
        outside = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>'
        for name, content in {
                "entities": workbook(laughs), "outside": workbook(outside),
                "zip": workbook(" " * 300_000_000), "strings": workbook(sheet_of(""), f'<sst xmlns="{MAIN}">' +
                                                                       "<si><t>aaaaaaaa</t></si>" * 1_000_000),
                "rows": workbook(sheet_of("<row><c><v>1</v></c></row>" * 100_000)),
                "empty rows": workbook(sheet_of("<row/>" * 5_000_000)),
                "one shared string": workbook(sheet_of("<row>" + '<c t="s"><v>0</v></c>' * 60 + "</row>" +
                                                       ("<row>" + '<c t="s"><v>0</v></c>' * 60 + "</row>") * 1500),
                                              f'<sst xmlns="{MAIN}"><si><t>{"x" * 1999}</t></si></sst>'),
                "columns": workbook(sheet_of('<row><c r="XFD1"><v>1</v></c></row>'))}.items():
            with self.subTest(name):
                self.assertLess(len(content), 2_000_000)
                self.assertIn("error", read(content))


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    sys.exit(0 if program.result.testsRun > 0 and program.result.wasSuccessful() else 1)
