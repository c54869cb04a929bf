// SPDX-License-Identifier: GPL-2.0
/* The guest that is moved: makes the calls of a script, over and over, and checks. */

#include "flat.h"
#include "migrate_script.h"

#define PROGRESS ((volatile struct script_progress *)SCRIPT_PROGRESS_ADDR)

static u8 *mailbox(void)
{
	return (u8 *)SCRIPT_MAILBOX_ADDR;
}

static void bad(u32 line, u32 step, u32 value)
{
	if (!PROGRESS->nr_bad) {
		PROGRESS->bad_line = line;
		PROGRESS->bad_step = step;
		PROGRESS->bad_value = value;
	}
	PROGRESS->nr_bad++;
}

/* check: count a wrong answer, with where and what. */
#define check(step, cond, value) \
	do { if (!(cond)) bad(__LINE__, step, value); } while (0)

static u32 status_at(u32 pos)
{
	return get32(mailbox() + pos) | (get32(mailbox() + pos + 4) &
					 0x80000000);
}

static void check_reply(const struct script_step *s, u32 nr, u32 round)
{
	const u8 *data = mailbox() + s->data_pos;
	u32 i;

	check(nr, status_at(s->status_pos) == s->status,
	      status_at(s->status_pos));
	if (s->flags & STEP_WANT_ROUND)
		check(nr, get32(data) == round, get32(data));
	if (s->flags & STEP_WANT_LAST)
		check(nr, get32(data) == round - 1, get32(data));
	if (s->flags & STEP_WANT_SIGNED)
		check(nr, get32(data) == PROGRESS->nr_signed, get32(data));
	if (s->flags & STEP_WANT_DATA)
		for (i = 0; i < s->want_len; i++)
			check(nr, data[i] == s->want[i], data[i]);
}

static void make_step(const struct script_step *s, u32 nr, u32 round)
{
	u32 i;
	u16 status;

	memcpy(mailbox(), s->message, s->len);
	if (s->flags & STEP_PUT_ROUND)
		memcpy(mailbox() + s->data_pos, &round, sizeof(round));
	for (i = 0; i <= s->repeat; i++) {
		status = ring();
		check(nr, status == KVM_UEFIVARS_STS_SUCCESS, status);
	}
	check_reply(s, nr, round);
}

static void make_signed(u32 nr, u32 round)
{
	const struct script_step *s = (const struct script_step *)
		(SCRIPT_SIGNED_ADDR + PROGRESS->nr_signed * SCRIPT_STEP_LEN);

	if (round % SCRIPT_SIGNED_EVERY || !s->len)
		return;
	make_step(s, nr, round);
	PROGRESS->nr_signed++;
}

static void make_round(u32 round)
{
	const struct script_step *s =
		(const struct script_step *)SCRIPT_STEPS_ADDR;
	u32 nr;

	for (nr = 0; s[nr].len; nr++) {
		if (s[nr].flags & STEP_SIGNED)
			make_signed(nr, round);
		else
			make_step(&s[nr], nr, round);
	}
}

void guest_main(u32 vcpu) __attribute__((noreturn));

void guest_main(u32 vcpu)
{
	u32 round = 0;

	(void)vcpu;
	for (;;) {
		make_round(++round);
		PROGRESS->rounds = round;
	}
}
