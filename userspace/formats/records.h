/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of a file while it is read: good ones are kept, others reported. */
#ifndef _VARD_RECORDS_H
#define _VARD_RECORDS_H

#include "report.h"
#include "template.h"

/* Bytes of what binds a private variable to who signs it. */
#define VARD_SIGNER_LEN 32

/**
 * struct vard_record - one good record
 * @v: variable, owns its name and data
 * @signer: digest of who may sign it, as edk2 has it
 * @has_signer: the file told @signer
 * @place: number of the record in the file
 */
struct vard_record {
	struct vard_var v;
	uint8_t signer[VARD_SIGNER_LEN];
	bool has_signer;
	size_t place;
};

/**
 * struct vard_records - the records of a file while it is read
 * @list: good ones
 * @nr: how many
 * @next: number of the next record in the file
 * @report: where problems go
 * @skip_volatile: leave out, with a warning, what is volatile and what the
 *	firmware makes anew at each start, instead of refusing it
 */
struct vard_records {
	struct vard_record *list;
	size_t nr;
	size_t next;
	struct vard_report *report;
	bool skip_volatile;
};

/**
 * vard_records_add() - take the next record of the file
 * @r: records
 * @v: variable, copied if it is good; else it is reported
 * @signer: digest of who may sign it, or NULL
 *
 * Return: 0, also for a bad record, or -ENOMEM.
 */
int vard_records_add(struct vard_records *r, const struct vard_var *v,
		     const uint8_t *signer);

/**
 * vard_records_bad() - the next record of the file cannot be read at all
 * @r: records
 * @reason: why
 */
void vard_records_bad(struct vard_records *r, const char *reason);

/**
 * vard_records_drop() - leave a record out after all
 * @r: records
 * @e: one of them
 */
void vard_records_drop(struct vard_records *r, struct vard_record *e);

/**
 * vard_records_end() - all records are read
 * @r: records, empty afterwards
 * @t: empty, filled: of records of the same name the first; and with the
 *	database of signers, if the file told some in its records
 *
 * Return: 0 or -ENOMEM.
 */
int vard_records_end(struct vard_records *r, struct vard_template *t);

/**
 * vard_records_free() - free what is in it
 * @r: records or zero
 */
void vard_records_free(struct vard_records *r);

/**
 * vard_var_is() - is this the variable of that name?
 * @v: variable
 * @guid: vendor namespace, EFI byte order
 * @ascii: name
 *
 * Return: Whether it is.
 */
bool vard_var_is(const struct vard_var *v, const uint8_t guid[16],
		 const char *ascii);

/**
 * vard_var_is_made_anew() - does firmware make this variable at each start?
 * @v: variable
 *
 * Return: Whether it does, so that a stored one means nothing.
 */
bool vard_var_is_made_anew(const struct vard_var *v);

#endif /* _VARD_RECORDS_H */
