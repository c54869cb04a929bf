// SPDX-License-Identifier: GPL-2.0-or-later
/* Mutator that knows scripts: it moves, makes and bends whole records. */
#include <linux/kernel.h>

#include <stdlib.h>
#include <string.h>

#include "rnd.h"
#include "script.h"

#define MESSAGE_HEAD	24

size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_len, const u8 *b,
				 size_t b_len, u8 *out, size_t max,
				 unsigned int seed);

/* Mostly attributes that exist, and that the name should have. */
static u32 rnd_attributes(u32 name)
{
	static const u8 usual[] = { 7, 7, 7, 3, 3, 6, 6, 6, 2, 0, 0x27, 0x27,
				    0x27, 0x67, 0x26, 0x47, 0x43, 0x46, 0x23,
				    0x17, 1, 5, 0x0f, 0x40 };

	if (script_names[name].attributes && rnd(4))
		return script_names[name].attributes | (rnd(4) ? 0 : 0x40);
	return rnd(8) ? usual[rnd(ARRAY_SIZE(usual))] : rnd(512);
}

/* Few names often: records are about the same one then; and keys. */
static u32 rnd_name(void)
{
	switch (rnd(4)) {
	case 0:
		return rnd(2);
	case 1:
		return rnd(7);
	case 2:
		return script_find_name("PK") + rnd(5);
	default:
		return rnd(script_nr_names);
	}
}

/* Mostly the namespace where a name means something. */
static u32 rnd_guid(u32 name)
{
	return rnd(8) ? script_names[name].guid : rnd(script_nr_guids);
}

static u32 rnd_len(void)
{
	static const u16 usual[] = { 0, 1, 1, 2, 4, 16, 60, 200, 1000, 3000 };

	return rnd(4) ? usual[rnd(ARRAY_SIZE(usual))] : rnd(96);
}

/* A record, often a write. */
static void make_record(struct script_buf *out)
{
	u32 name = rnd_name();
	struct script_choice c = {
		.kind = rnd(4) ? rnd(SCRIPT_NR_KINDS) : 0,
		.name = name,
		.guid = rnd_guid(name),
		.attributes = rnd_attributes(name),
		.len = rnd_len(),
		.value = rnd(rnd(2) ? 64 : 2048),
	};

	script_generate(out, &c);
}

static u32 parse(const u8 *data, size_t size, struct script_record *records)
{
	u32 nr = 0;

	while (nr < SCRIPT_RECORDS_MAX &&
	       script_next(&data, &size, &records[nr]))
		nr++;
	return nr;
}

static void put_record(struct script_buf *out, const struct script_record *r)
{
	size_t start = out->len;

	script_int(out, r->op, 1);
	script_int(out, r->len, 2);
	script_bytes(out, r->body, r->len);
	if (out->is_full)
		out->len = start;
}

/* Change one integer or byte of a record, or let libFuzzer do something. */
static void bend_record(struct script_buf *out, const struct script_record *r)
{
	static u8 body[0x10000];
	struct script_record bent = { r->op, r->len, body };
	u32 at, room = r->len + 16 < 0xffff ? r->len + 16 : 0xffff;

	memcpy(body, r->body, r->len);
	at = r->len > MESSAGE_HEAD && r->op <= SCRIPT_MSG_EXACT && rnd(8) ?
	     MESSAGE_HEAD : 0;
	if (r->len > at && rnd(2)) {
		at += rnd(r->len - at);
		body[at] = rnd(3) ? body[at] + (rnd(9) - 4) : rnd(256);
	} else if (room > at) {
		bent.len = at + LLVMFuzzerMutate(body + at, r->len - at,
						 room - at);
	}
	if (r->op <= SCRIPT_MSG_EXACT && bent.len >= MESSAGE_HEAD && rnd(8)) {
		body[16] = (bent.len - MESSAGE_HEAD) & 0xff;
		body[17] = (bent.len - MESSAGE_HEAD) >> 8;
		memset(body + 18, 0, 6);
	}
	put_record(out, &bent);
}

/* One change at record @i. */
static void edit(struct script_buf *out, const struct script_record *records,
		 u32 nr, u32 i, u32 what)
{
	switch (what) {
	case 0:
		break; /* drop */
	case 1:
	case 2:
		make_record(out);
		put_record(out, &records[i]);
		break;
	case 3:
		put_record(out, &records[i]);
		make_record(out);
		break;
	case 4:
		put_record(out, &records[i]);
		put_record(out, &records[rnd(nr)]);
		break;
	case 5:
		make_record(out);
		break;
	case 6:
		put_record(out, &records[i]);
		bend_record(out, &records[rnd(nr)]);
		break;
	default:
		bend_record(out, &records[i]);
	}
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max,
			       unsigned int seed)
{
	static struct script_record records[SCRIPT_RECORDS_MAX];
	struct script_buf out = { .max = max };
	u32 nr, i, at, what;

	rnd_seed(seed);
	if (!rnd(64))
		return LLVMFuzzerMutate(data, size, max);
	nr = parse(data, size, records);
	out.data = malloc(max + 1);
	if (!out.data)
		abort();
	if (!nr)
		make_record(&out);
	at = nr ? rnd(nr) : 0;
	what = rnd(13);
	for (i = 0; i < nr; i++) {
		if (i == at)
			edit(&out, records, nr, i, what);
		else
			put_record(&out, &records[i]);
	}
	if (!rnd(4))
		make_record(&out);
	memcpy(data, out.data, out.len);
	free(out.data);
	return out.len;
}

size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_len, const u8 *b,
				 size_t b_len, u8 *out, size_t max,
				 unsigned int seed)
{
	static struct script_record first[SCRIPT_RECORDS_MAX];
	static struct script_record second[SCRIPT_RECORDS_MAX];
	struct script_buf buf = { .data = out, .max = max };
	u32 nr_first = parse(a, a_len, first);
	u32 nr_second = parse(b, b_len, second), i, end;

	rnd_seed(seed);
	end = rnd(nr_first + 1);
	for (i = 0; i < end; i++)
		put_record(&buf, &first[i]);
	for (i = rnd(nr_second + 1); i < nr_second; i++)
		put_record(&buf, &second[i]);
	return buf.len;
}
