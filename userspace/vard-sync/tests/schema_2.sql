-- SPDX-License-Identifier: GPL-2.0-or-later
-- What schema 2 changed in schema 1, as it was released; never changed, for upgrade_test.

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
