-- SPDX-License-Identifier: GPL-2.0-or-later
-- The database of vard-sync, schema 3. Embedded in the program at build time.
--
-- PRAGMA application_id is 0x6b757673 ("kuvs"), PRAGMA user_version is the
-- schema's number. A program that does not know the number refuses the file; one
-- that knows a higher number brings the file up to it when it opens it, in one
-- transaction. So what a released schema says stays as it is, and a line that
-- begins with "-- Schema" and a number begins what the next one changes.
--
-- Read it at any time, also while VMs run:
--     sqlite3 -readonly vars.db 'SELECT vm.name, v.name, length(data)
--         FROM variable v JOIN vm ON vm.id = vm_id'
-- Do not write: every row of `variable` has a checksum, and a row that fails
-- it is moved to `quarantine` when its VM is opened.

-- Schema 1

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

-- Schema 2

-- 'moved': the VM is on another host now; the row keeps its name and what its
-- variables were.
ALTER TABLE vm ADD COLUMN state TEXT NOT NULL DEFAULT 'here'
	CHECK (state IN ('here', 'moved'));
-- What it was made from: a name in the directory of templates, 'sha256:' and the
-- digest of a file, or ''.
ALTER TABLE vm ADD COLUMN template TEXT NOT NULL DEFAULT '';
-- Changes per second that its guest may make for long, and at once before that
-- counts; 0 for the module's default, 4294967295 for no bound.
ALTER TABLE vm ADD COLUMN change_rate INTEGER NOT NULL DEFAULT 0
	CHECK (change_rate BETWEEN 0 AND 4294967295);
ALTER TABLE vm ADD COLUMN change_burst INTEGER NOT NULL DEFAULT 0
	CHECK (change_burst BETWEEN 0 AND 4294967295);

-- The machine of a VM that was moved here and has not run here yet. Goes when
-- the VM is opened.
CREATE TABLE device (
	vm_id INTEGER PRIMARY KEY REFERENCES vm (id) ON DELETE CASCADE,
	-- When it came, UTC.
	saved TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
	-- The kernel's image, see docs/image-format.md.
	state BLOB NOT NULL,
	-- CRC-32 over the VM's uuid as 16 bytes and state.
	crc INTEGER NOT NULL
) STRICT;

-- One row per named snapshot of a VM's variables.
CREATE TABLE snapshot (
	id INTEGER PRIMARY KEY,
	vm_id INTEGER NOT NULL REFERENCES vm (id) ON DELETE CASCADE,
	name TEXT NOT NULL,
	-- UTC.
	created TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
	-- The user that made it.
	uid INTEGER NOT NULL,
	-- SHA-256 in hexadecimal over the variables in ascending order of guid, then
	-- name_utf16; of each: the guid as 16 bytes, attributes, the byte counts of
	-- name and data as little-endian 32 bit, time, name_utf16, data.
	digest TEXT NOT NULL,
	UNIQUE (vm_id, name)
) STRICT;

-- The variables of snapshots, as in `variable`; the digest protects them.
CREATE TABLE snapshot_variable (
	-- Ascending in the order of the last change.
	id INTEGER PRIMARY KEY,
	snapshot_id INTEGER NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
	guid TEXT NOT NULL,
	name_utf16 BLOB NOT NULL,
	name TEXT NOT NULL,
	attributes INTEGER NOT NULL,
	time BLOB NOT NULL,
	data BLOB NOT NULL,
	UNIQUE (snapshot_id, guid, name_utf16)
) STRICT;

-- Every change of a VM that was made on the host, not by its guest.
CREATE TABLE audit (
	id INTEGER PRIMARY KEY,
	-- UTC.
	time TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
	-- Who did it.
	uid INTEGER NOT NULL,
	-- Name of the VM, which may be gone.
	vm TEXT NOT NULL,
	-- create, configure, snapshot, restore, delete-snapshot, clone, reset,
	-- remove, move-out, move-in, ...
	action TEXT NOT NULL,
	detail TEXT NOT NULL DEFAULT '',
	-- The variables before and after, digest as in `snapshot`; NULL without.
	old_digest TEXT,
	new_digest TEXT
) STRICT;
CREATE INDEX audit_vm ON audit (vm, id);

-- Schema 3

-- Changes that the operator wants a VM to have from its next start on. One row
-- per plan; it goes when it was carried out. They stay with the VM, whatever
-- else is done to it; a clone does not get them.
CREATE TABLE pending (
	-- Ascending: the order in which they are carried out. Never used again.
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	vm_id INTEGER NOT NULL REFERENCES vm (id) ON DELETE CASCADE,
	-- UTC.
	created TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
	-- Who wants it, and what the audit will say.
	uid INTEGER NOT NULL,
	action TEXT NOT NULL,
	detail TEXT NOT NULL,
	-- Why it could not be carried out when the VM was started last, or ''.
	reason TEXT NOT NULL DEFAULT '',
	-- How many rows of `pending_change` there are.
	changes INTEGER NOT NULL
) STRICT;
CREATE INDEX pending_vm ON pending (vm_id, id);

-- What plans consist of, in ascending order of id.
CREATE TABLE pending_change (
	id INTEGER PRIMARY KEY,
	pending_id INTEGER NOT NULL REFERENCES pending (id) ON DELETE CASCADE,
	-- 'set' and 'delete' by the operator's right; 'signed': attributes and data
	-- are what a guest would pass to SetVariable().
	kind TEXT NOT NULL CHECK (kind IN ('set', 'delete', 'signed')),
	guid TEXT NOT NULL,
	name_utf16 BLOB NOT NULL,
	name TEXT NOT NULL,
	attributes INTEGER NOT NULL,
	time BLOB NOT NULL,
	data BLOB NOT NULL,
	-- As in `variable`, with the bytes of kind behind.
	crc INTEGER NOT NULL
) STRICT;
CREATE INDEX pending_change_plan ON pending_change (pending_id, id);
