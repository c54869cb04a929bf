-- SPDX-License-Identifier: GPL-2.0-or-later
-- The database of vard-sync, schema 1. Embedded in the program at build time.
--
-- PRAGMA application_id is 0x6b757673 ("kuvs"), PRAGMA user_version is the
-- schema's number. A program that does not know the number refuses the file.
-- Read it at any time, also while VMs run:
--     sqlite3 -readonly vars.db 'SELECT vm.name, v.name, length(data)
--         FROM variable v JOIN vm ON vm.id = vm_id'
-- Do not write: every row of `variable` has a checksum, and a row that fails
-- it is moved to `quarantine` when its VM is opened.

-- One row per VM.
CREATE TABLE vm (
	id INTEGER PRIMARY KEY,
	-- What the VMM's side calls it.
	name TEXT NOT NULL UNIQUE,
	-- By this the kernel's store is known again after a restart.
	uuid TEXT NOT NULL UNIQUE,
	-- The user that made it; beside root the only one that may open it.
	uid INTEGER NOT NULL,
	-- UTC.
	created TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
	durability TEXT NOT NULL DEFAULT 'write-through'
		CHECK (durability IN ('write-through', 'write-back')),
	-- What the operator decided: names with commas between them, or 'none'.
	options TEXT NOT NULL DEFAULT 'none'
) STRICT;

-- One row per non-volatile variable, at its newest durable state.
CREATE TABLE variable (
	-- Ascending in the order of the last change, over all VMs: the order in
	-- which a guest lists its variables.
	id INTEGER PRIMARY KEY,
	vm_id INTEGER NOT NULL REFERENCES vm (id) ON DELETE CASCADE,
	-- Vendor namespace in registry form, lower case.
	guid TEXT NOT NULL,
	-- The name: UTF-16LE, no NUL. Compared byte for byte.
	name_utf16 BLOB NOT NULL,
	-- The same for the reader; what cannot be shown is U+FFFD.
	name TEXT NOT NULL,
	-- Stored attributes: 1 NV, 2 BS, 4 RT, 8 HR, 32 AT.
	attributes INTEGER NOT NULL,
	-- 16 bytes EFI_TIME of an authenticated variable, else zero.
	time BLOB NOT NULL,
	data BLOB NOT NULL,
	-- The kernel's number of the change; it starts anew when a VM is opened.
	seq INTEGER NOT NULL,
	-- CRC-32 (as in zlib) over: the VM's uuid and the guid as 16 bytes each,
	-- attributes, the byte counts of name and data as little-endian 32 bit,
	-- time, name_utf16, data.
	crc INTEGER NOT NULL,
	UNIQUE (vm_id, guid, name_utf16)
) STRICT;

-- Rows of `variable` that could not be loaded, as they were found.
CREATE TABLE quarantine (
	id INTEGER PRIMARY KEY,
	vm_id INTEGER REFERENCES vm (id) ON DELETE CASCADE,
	reason TEXT NOT NULL,
	-- When it was found, UTC.
	found TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
	guid ANY,
	name_utf16 ANY,
	name ANY,
	attributes ANY,
	time ANY,
	data ANY,
	seq ANY,
	crc ANY
) STRICT;
