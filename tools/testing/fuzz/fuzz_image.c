// SPDX-License-Identifier: GPL-2.0-or-later
/* Target: state images; what is taken is what was written, and goes on. */
#include <linux/slab.h>

#include "disk.h"
#include "fuzz.h"
#include "image.h"
#include "image_input.h"
#include "image_rows.h"
#include "mm_check.h"
#include "script.h"
#include "sham_crypto.h"

#define MM_HEADER	sizeof(struct kvm_uefivars_mm_header)
#define NR_MESSAGES	6
/* Records of script_generate() above this are no messages. */
#define NR_KINDS	20

/**
 * struct run - one image being used
 * @s: service
 * @disk: what the reader of its changes has stored
 * @before: service before the current step
 * @batch_max: bound of a batch
 */
struct run {
	struct kuv_service s;
	struct disk disk;
	struct mm_before before;
	u64 batch_max;
};

static void send(struct run *run, const struct script_record *r)
{
	u32 size = KVM_UEFIVARS_BUFFER_MAX;
	struct kuv_mm_result res;
	u8 *sent, *msg;
	u16 sts;

	if (r->len < MM_HEADER)
		return;
	mm_remember(&run->s, &run->before);
	sham_begin(0);
	sent = fuzz_copy(r->body, r->len, 0);
	msg = fuzz_copy(r->body, r->len, 0);
	sts = kuv_mm_handle(&run->s, msg, r->len, size, &res);
	mm_check_reply(&run->s, &run->before, sent, msg, r->len, sts, &res);
	mm_check_growth(&run->s, &run->before);
	CHECK(run->s.end_of_dxe >= run->before.end_of_dxe);
	CHECK(run->s.policy.locked >= run->before.is_locked);
	mm_check_service(&run->s, run->batch_max);
	free(msg);
	free(sent);
}

/* Some messages; @which says which. */
static void send_some(struct run *run, u32 which)
{
	static u8 memory[0x20000];
	struct script_record r;
	const u8 *pos = memory;
	struct script_buf b = { .data = memory, .max = sizeof(memory) };
	u32 i;

	for (i = 0; i < NR_MESSAGES; i++) {
		struct script_choice c = {
			.kind = which + i * (1 + which % 7) % NR_KINDS,
			.name = which / 3 + i / 2,
			.guid = which / 5 + i / 2,
			.attributes = i % 3 ? 7 : 6,
			.len = 1 + (which + i) % 40,
			.value = which ^ i,
		};

		c.kind %= NR_KINDS;
		script_generate(&b, &c);
	}
	while (script_next(&pos, &b.len, &r))
		if (r.op == SCRIPT_MSG || r.op == SCRIPT_MSG_EXACT)
			send(run, &r);
}

/* The reader stores all changes, and acknowledges them or does not. */
static void store(struct run *run, bool is_acked)
{
	struct kuv_vardb *db = &run->s.db;
	const struct kuv_var *v = NULL;

	while ((v = kuv_vardb_next_dirty(db, v)))
		disk_apply(&run->disk, v);
	disk_check(&run->disk, db);
	if (is_acked)
		kuv_vardb_ack(db, db->seq);
}

/* Everything that an image has, as an image. */
static void check_same(const struct kuv_service *s, const struct kuv_image *img,
		       const u8 *data, size_t size)
{
	const struct kuv_regs *regs = img->has_machine ? &img->regs : NULL;
	u64 len = kuv_image_len(s, regs, img->has_variables);
	u8 *p = malloc(len);

	CHECK(p && len == size);
	kuv_image_write(s, regs, img->has_variables, p);
	CHECK(!memcmp(p, data, size));
	free(p);
}

/* Does an image have nothing but what was taken from it? */
static bool is_all_taken(const struct kuv_image *img, const u8 *data)
{
	struct kuv_image_head head;
	u32 nr = img->has_machine * (KUV_IMAGE_VARIABLES - KUV_IMAGE_PHASES) +
		 img->has_variables;

	memcpy(&head, data, sizeof(head));
	return le32_to_cpu(head.version) == KUV_IMAGE_VERSION &&
	       le32_to_cpu(head.nr_blocks) == nr;
}

static void check_regs(const struct kuv_regs *r)
{
	CHECK(r->size <= KVM_UEFIVARS_BUFFER_MAX && r->pio_pos <= r->size);
	CHECK(r->staging_len <= KVM_UEFIVARS_BUFFER_MAX);
	CHECK(r->pio_pos <= r->staging_len);
	CHECK(!r->staging_len == !r->staging);
	fuzz_touch(r->staging, r->staging_len);
}

/* Put an image in force and see whether all of it is there. */
static void restore(struct run *run, struct kuv_image *img, bool machine,
		    const u8 *data, size_t size)
{
	bool all = is_all_taken(img, data);
	u64 seq = 1, before = run->s.db.seq;

	check_regs(&img->regs);
	if (all)
		check_same(&img->service, img, data, size);
	machine &= img->has_machine;
	kuv_image_apply(&run->s, img, machine, &seq);
	CHECK(seq == (run->s.db.seq > before ? run->s.db.seq : 0));
	CHECK(img->has_variables || !seq);
	if (all && machine == img->has_machine)
		check_same(&run->s, img, data, size);
	kuv_image_exit(img);
	mm_check_service(&run->s, run->batch_max);
	/* What was pending is still right, or was replaced. */
	store(run, false);
}

/* Returns whether the image was good. */
static bool use(struct run *run, const struct image_input *in, const u8 *data,
		size_t size)
{
	u64 live = shim_nr_live, state = mm_state_digest(&run->s);
	u8 *copy = fuzz_copy(data, size, 0);
	struct kuv_image img;
	int ret;

	shim_fail_nth(in->fail_nth);
	ret = kuv_image_read(&run->s, copy, size, in->flags & IMAGE_VARIABLES,
			     &img);
	shim_fail_nth(0);
	CHECK(mm_state_digest(&run->s) == state);
	if (!ret) {
		restore(run, &img, in->flags & IMAGE_MACHINE, copy, size);
	} else {
		CHECK(shim_nr_live == live);
		CHECK(ret == -EBADMSG || ret == -ENOSPC || ret == -ENODATA ||
		      (ret == -ENOMEM && in->fail_nth));
	}
	free(copy);
	return !ret;
}

static void begin(struct run *run, const struct image_input *in)
{
	struct kuv_limits limits = {
		.nv_size = 16384,
		.volatile_size = 8192,
		.var_size = KUV_VAR_SIZE_MAX,
		.auth_var_size = KUV_VAR_SIZE_MAX,
		.volatile_var_size = KUV_VAR_SIZE_MAX,
	};

	if (in->flags & IMAGE_SMALL) {
		limits.nv_size = 512;
		limits.volatile_size = 512;
		limits.var_size = 128;
	}
	CHECK(!kuv_service_init(&run->s, &limits, &sham_crypto_ops,
				(const u8 *)"0123456789abcdef"));
	CHECK(!kuv_service_reset(&run->s));
	run->batch_max = mm_batch_bound(&run->s);
	if (!(in->flags & IMAGE_USED))
		return;
	send_some(run, in->messages / 2);
	store(run, true);
	send_some(run, in->messages + 1);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct image_input in;
	static struct run run;

	if (size < sizeof(in))
		return 0;
	memcpy(&in, data, sizeof(in));
	begin(&run, &in);
	if (use(&run, &in, data + sizeof(in), size - sizeof(in)))
		send_some(&run, in.messages);
	store(&run, true);
	CHECK(!kuv_service_reset(&run.s));
	mm_check_service(&run.s, run.batch_max);
	store(&run, false);
	disk_clear(&run.disk);
	kuv_service_exit(&run.s);
	CHECK(!shim_nr_live);
	return 0;
}
