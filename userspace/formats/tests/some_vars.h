/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables that the tests of all formats write and read. */
#ifndef _VARD_SOME_VARS_H
#define _VARD_SOME_VARS_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats.h"
#include "test.h"

#define NV_BS_RT	7
#define AUTH		0x27
#define GUID_GLOBAL \
	{ 0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, \
	  0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c }
#define GUID_CERTDB \
	{ 0x6e, 0xe5, 0xbe, 0xd9, 0xdc, 0x75, 0xd9, 0x49, \
	  0xb4, 0xd7, 0xb5, 0x34, 0x21, 0x0f, 0x63, 0x7a }
#define SIGNER "0123456789abcdef0123456789ABCDEF"

/* certdb with who signs "Priv" of namespace 2. */
static const uint8_t some_signers[] =
	"\x48\0\0\0" "\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "\x44\0\0\0" "\4\0\0\0"
	" \0\0\0" "P\0r\0i\0v\0" SIGNER;

static const struct vard_var some_vars[] = {
	{ .guid = { 1 }, .name = U16("Plain"), .name_len = U16_LEN("Plain"),
	  .data = (const uint8_t *)"12\0" "45", .data_len = 5,
	  .attributes = NV_BS_RT },
	{ .guid = GUID_GLOBAL, .name = U16("PK"), .name_len = U16_LEN("PK"),
	  .time = { 0xea, 7, 11, 21 }, .data = (const uint8_t *)"s",
	  .data_len = 1, .attributes = AUTH },
	{ .guid = { 2 }, .name = U16("Priv"), .name_len = U16_LEN("Priv"),
	  .time = { 0xea, 7, 1, 2, 3, 4, 5 }, .data = (const uint8_t *)"p",
	  .data_len = 1, .attributes = AUTH },
	{ .guid = { 3 }, .name = U16("\u00e4\u2603\U0001f600"),
	  .name_len = U16_LEN("\u00e4\u2603\U0001f600"),
	  .data = (const uint8_t *)"x", .data_len = 1, .attributes = 3 },
	{ .guid = GUID_CERTDB, .name = U16("certdb"),
	  .name_len = U16_LEN("certdb"), .data = some_signers,
	  .data_len = sizeof(some_signers) - 1, .attributes = AUTH },
};

#define NR_SOME (sizeof(some_vars) / sizeof(some_vars[0]))

static struct vard_report report __attribute__((unused));

static inline const struct vard_var *some_find(const struct vard_template *t,
					       const struct vard_var *v)
{
	for (size_t i = 0; i < t->nr; i++)
		if (t->vars[i].name_len == v->name_len &&
		    !memcmp(t->vars[i].guid, v->guid, 16) &&
		    !memcmp(t->vars[i].name, v->name, v->name_len))
			return &t->vars[i];
	return NULL;
}

/* Is the variable there, as it was? */
static inline void some_check(const struct vard_template *t,
			      const struct vard_var *v)
{
	const struct vard_var *got = some_find(t, v);

	assert_non_null(got);
	assert_int_equal(got->attributes, v->attributes);
	assert_memory_equal(got->time, v->time, 16);
	assert_int_equal(got->data_len, v->data_len);
	assert_memory_equal(got->data, v->data, v->data_len);
}

static inline void some_check_all(const struct vard_template *t)
{
	assert_int_equal(t->nr, NR_SOME);
	for (size_t i = 0; i < NR_SOME; i++)
		some_check(t, &some_vars[i]);
}

/* Reads; the copy ends where its memory ends, but for one NUL. */
static inline int some_read(enum vard_format f, const void *data, size_t len,
			    bool is_partial, struct vard_template *t)
{
	uint8_t *copy = malloc(len + 1);
	int r;

	assert_non_null(copy);
	memcpy(copy, data, len);
	copy[len] = 0;
	report = (struct vard_report){ 0 };
	*t = (struct vard_template){ 0 };
	r = vard_format_read(f, copy, len, is_partial, t, &report);
	free(copy);
	return r;
}

/* A file that is refused with these words; also with --partial if @nr is 0. */
static inline void some_refused(enum vard_format f, const void *data,
				size_t len, const char *words, size_t nr)
{
	struct vard_template t;

	assert_int_equal(some_read(f, data, len, false, &t), -EINVAL);
	assert_int_equal(t.nr, 0);
	if (!strstr(report.text, words))
		print_error("%s\n", report.text);
	assert_non_null(strstr(report.text, words));
	assert_int_equal(some_read(f, data, len, true, &t), nr ? 0 : -EINVAL);
	assert_int_equal(t.nr, nr);
	vard_template_clear(&t);
}

/* A file that is good but for a remark. */
static inline void some_remark(enum vard_format f, const void *data, size_t len,
			       const char *words, size_t nr)
{
	struct vard_template t;

	assert_int_equal(some_read(f, data, len, false, &t), 0);
	assert_int_equal(report.nr_errors, 0);
	if (!strstr(report.text, words))
		print_error("%s\n", report.text);
	assert_non_null(strstr(report.text, words));
	assert_int_equal(t.nr, nr);
	vard_template_clear(&t);
}

/* The bytes of a file with variables. */
static inline uint8_t *some_write(enum vard_format f,
				  const struct vard_var *vars, size_t nr,
				  size_t *len)
{
	uint8_t *data = NULL;
	int r;

	report = (struct vard_report){ 0 };
	r = vard_format_write(f, vars, nr, false, &report, &data, len);
	if (r < 0)
		print_error("%s\n", report.text);
	assert_int_equal(r, 0);
	return data;
}

#endif /* _VARD_SOME_VARS_H */
