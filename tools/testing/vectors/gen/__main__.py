# SPDX-License-Identifier: GPL-2.0-or-later
"""gen OUT KEYS DATA VIRT: writes the cases and their bytes into a directory.

KEYS keeps the keys from run to run, DATA has published updates, VIRT the Python
packages of virt-firmware; the last two may be missing.
"""

import sys

import keys

keys.use(sys.argv[2])

# pylint: disable=wrong-import-position
import case  # noqa: E402
import fam_chain  # noqa: E402
import fam_descriptor  # noqa: E402
import fam_hostile  # noqa: E402
import fam_message  # noqa: E402
import fam_mutation  # noqa: E402
import fam_private  # noqa: E402
import fam_published  # noqa: E402
import fam_secureboot  # noqa: E402
import fam_tools  # noqa: E402


def main():
    book = case.Book(sys.argv[1])
    for family in (fam_message, fam_chain, fam_descriptor, fam_secureboot,
                   fam_private, fam_hostile, fam_mutation):
        family.add(book)
    fam_tools.add(book, sys.argv[4])
    fam_published.add(book, sys.argv[3])
    book.write()


main()
