# SPDX-License-Identifier: GPL-2.0-or-later
"""gen OUT KEYS DATA: writes the cases and their bytes into a directory."""

import sys

import keys

keys.use(sys.argv[2])

import case  # noqa: E402
import fam_chain  # noqa: E402
import fam_descriptor  # noqa: E402
import fam_message  # noqa: E402
import fam_private  # noqa: E402
import fam_secureboot  # noqa: E402


def main():
    book = case.Book(sys.argv[1])
    for family in (fam_message, fam_chain, fam_descriptor,
                   fam_secureboot, fam_private):
        family.add(book)
    book.write()


main()
