// SPDX-License-Identifier: GPL-2.0-or-later
/* Target: a guest's messages and the host's actions against the whole core. */
#include <linux/slab.h>

#include "buf.h"
#include "disk.h"
#include "fuzz.h"
#include "mm_check.h"
#include "script.h"
#include "sham_crypto.h"

#define MM_HEADER	sizeof(struct kvm_uefivars_mm_header)

/**
 * struct run - one script being run
 * @s: service
 * @disk: what the reader of changes has stored
 * @before: service before the current record
 * @buffer_size: shared buffer of the guest
 * @batch_max: bound of a batch, told when the limits were last set
 * @host: what the host did to variables
 * @owners: who made private variables
 * @fail_crypto: crypto operation of the next record that fails, 0 for none
 */
struct run {
	struct kuv_service s;
	struct disk disk;
	struct mm_before before;
	u32 buffer_size;
	u64 batch_max;
	enum mm_host host;
	struct mm_owners owners;
	u32 fail_crypto;
};

static u64 get_int(const struct script_record *r, u32 at, u32 len)
{
	u64 v = 0;
	u32 i;

	for (i = 0; i < len && at + i < r->len; i++)
		v |= (u64)r->body[at + i] << 8 * i;
	return v;
}

/* Bytes of a message that is as long as its header says. */
static u32 told_total(const struct script_record *r)
{
	u64 len = get_int(r, 16, 8);

	if (len > KVM_UEFIVARS_BUFFER_MAX - MM_HEADER)
		return r->len;
	return MM_HEADER + len;
}

/* Memory ends with the message: nothing behind it may be touched. */
static void run_message(struct run *run, const struct script_record *r)
{
	u32 total = r->op == SCRIPT_MSG ? told_total(r) : r->len;
	u32 size = run->buffer_size, have = r->len < total ? r->len : total;
	struct kuv_mm_result res;
	u8 *sent = calloc(1, total + 1), *msg;
	u16 sts;

	CHECK(sent);
	memcpy(sent, r->body, have);
	msg = fuzz_copy(sent, total, 0);
	sts = kuv_mm_handle(&run->s, msg, total, size, &res);
	shim_fail_nth(0);
	mm_check_reply(&run->s, &run->before, sent, msg, total, sts, &res);
	mm_check_guest(&run->s, &run->before);
	mm_signed_check_owners(&run->s, &run->before.auth, &run->owners);
	free(msg);
	free(sent);
}

static void run_reset(struct run *run)
{
	int ret = kuv_service_reset(&run->s);

	shim_fail_nth(0);
	CHECK(run->s.closed == !!ret);
	CHECK(!run->s.end_of_dxe && !run->s.at_runtime);
	CHECK(!run->s.ready_to_boot && !run->s.policy.locked);
	CHECK(!run->s.policy.nr && !run->s.varcheck.nr);
	if (!ret)
		mm_signed_check_reset(&run->s);
	if (!ret && run->host == MM_HOST_NOW)
		run->host = MM_HOST_BEFORE;
}

static void run_ack(struct run *run, const struct script_record *r)
{
	struct kuv_vardb *db = &run->s.db;
	u64 more = get_int(r, 0, 8), seq = db->seq;
	const struct kuv_var *v;

	if (more < db->seq - db->acked_seq)
		seq = db->acked_seq + more;
	/* Who acknowledges has stored. */
	for (v = kuv_vardb_next_dirty(db, NULL); v && v->seq <= seq;
	     v = kuv_vardb_next_dirty(db, v))
		disk_apply(&run->disk, v);
	kuv_vardb_ack(db, more > db->seq ? U64_MAX : seq);
	CHECK(db->acked_seq == seq);
}

static void run_read(struct run *run, const struct script_record *r)
{
	struct kuv_vardb *db = &run->s.db;
	const struct kuv_var *v;
	u64 less = get_int(r, 0, 1);

	for (v = kuv_vardb_next_dirty(db, NULL); v;
	     v = kuv_vardb_next_dirty(db, v))
		disk_apply(&run->disk, v);
	disk_check(&run->disk, db);
	kuv_vardb_ack(db, db->seq > less ? db->seq - less : 0);
}

/* Name of a host record and the bytes behind it. */
static bool take_host(const struct script_record *r, struct script_host *h,
		      struct kuv_name *n, u32 *ret_rest)
{
	if (r->len < sizeof(*h))
		return false;
	memcpy(h, r->body, sizeof(*h));
	n->guid = r->body + offsetof(struct script_host, guid);
	n->name = r->body + sizeof(*h);
	n->len = 2 * h->name_units;
	if (n->len > r->len - sizeof(*h))
		n->len = r->len - sizeof(*h);
	*ret_rest = r->len - sizeof(*h) - n->len;
	return true;
}

static void run_host_set(struct run *run, const struct script_record *r)
{
	struct script_host h;
	struct kuv_name n;
	const struct kuv_var *v;
	kuv_status_t status;
	u64 seq = 0;
	bool clean;
	u32 len;

	if (!take_host(r, &h, &n, &len))
		return;
	clean = h.flags & SCRIPT_HOST_CLEAN;
	status = kuv_service_host_set(&run->s, &n, h.attributes,
				      h.flags & SCRIPT_HOST_TIME ? h.guid : NULL,
				      n.name + n.len, len, clean, &seq);
	shim_fail_nth(0);
	mm_check_growth(&run->s, &run->before);
	if (status != KUV_SUCCESS) {
		CHECK(mm_state_digest(&run->s) == run->before.state);
		return;
	}
	run->host = MM_HOST_NOW;
	v = kuv_vardb_find(&run->s.db, &n);
	CHECK(v && v->attributes == h.attributes && v->data_len == len);
	CHECK(!memcmp(kuv_var_data(v), n.name + n.len, len));
	CHECK(seq <= run->s.db.seq);
	if (clean && kuv_var_is_nv(v))
		disk_apply(&run->disk, v);
}

static void run_host_delete(struct run *run, const struct script_record *r)
{
	struct script_host h;
	struct kuv_name n;
	kuv_status_t status;
	u64 seq = 0;
	u32 len;

	if (!take_host(r, &h, &n, &len))
		return;
	status = kuv_service_host_delete(&run->s, &n, &seq);
	mm_check_growth(&run->s, &run->before);
	if (status != KUV_SUCCESS) {
		CHECK(mm_state_digest(&run->s) == run->before.state);
		return;
	}
	run->host = MM_HOST_NOW;
	CHECK(!kuv_vardb_find(&run->s.db, &n));
}

static u32 limit(const struct script_record *r, u32 at)
{
	u32 v = get_int(r, at, 2);

	return 16 * (v ? v : 1);
}

static void run_limits(struct run *run, const struct script_record *r)
{
	struct kuv_limits *l = &run->s.limits;

	l->nv_size = limit(r, 0);
	l->volatile_size = limit(r, 2);
	l->var_size = limit(r, 4);
	l->auth_var_size = limit(r, 4);
	l->volatile_var_size = limit(r, 4);
	run->batch_max = mm_batch_bound(&run->s);
}

static void run_buffer_size(struct run *run, const struct script_record *r)
{
	u32 size = get_int(r, 0, 4);

	run->buffer_size = size && size < KVM_UEFIVARS_BUFFER_MAX ?
			   size : KVM_UEFIVARS_BUFFER_MAX;
}

static void run_options(struct run *run, const struct script_record *r)
{
	run->s.options = get_int(r, 0, 4) & KUV_OPT_ALL;
}

static void run_record(struct run *run, const struct script_record *r)
{
	static void (*const fn[])(struct run *, const struct script_record *) = {
		[SCRIPT_MSG] = run_message,
		[SCRIPT_MSG_EXACT] = run_message,
		[SCRIPT_ACK] = run_ack,
		[SCRIPT_READ] = run_read,
		[SCRIPT_HOST_SET] = run_host_set,
		[SCRIPT_HOST_DELETE] = run_host_delete,
		[SCRIPT_LIMITS] = run_limits,
		[SCRIPT_BUFFER_SIZE] = run_buffer_size,
		[SCRIPT_OPTIONS] = run_options,
	};

	if (r->op == SCRIPT_FAIL_NTH) {
		shim_fail_nth(get_int(r, 0, 1));
		return;
	}
	if (r->op == SCRIPT_FAIL_CRYPTO) {
		run->fail_crypto = get_int(r, 0, 1);
		return;
	}
	mm_remember(&run->s, &run->before);
	sham_begin(run->fail_crypto);
	run->fail_crypto = 0;
	if (r->op == SCRIPT_RESET)
		run_reset(run);
	else
		fn[r->op](run, r);
	shim_fail_nth(0);
	mm_check_service(&run->s, run->batch_max);
	mm_signed_forget(&run->s, &run->owners);
	if (!run->s.closed)
		mm_signed_check_state(&run->s, run->host);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const struct kuv_limits limits = {
		.nv_size = 16384,
		.volatile_size = 8192,
		.var_size = KUV_VAR_SIZE_MAX,
		.auth_var_size = KUV_VAR_SIZE_MAX,
		.volatile_var_size = KUV_VAR_SIZE_MAX,
	};
	static struct run run;
	struct script_record r;
	u32 nr;

	run.buffer_size = KVM_UEFIVARS_BUFFER_MAX;
	run.host = MM_HOST_NOTHING;
	run.owners.nr = 0;
	run.fail_crypto = 0;
	CHECK(!kuv_service_init(&run.s, &limits, &sham_crypto_ops,
				(const u8 *)"0123456789abcdef"));
	CHECK(!kuv_service_reset(&run.s));
	run.batch_max = mm_batch_bound(&run.s);
	for (nr = 0; nr < SCRIPT_RECORDS_MAX && script_next(&data, &size, &r);
	     nr++)
		run_record(&run, &r);
	shim_fail_nth(0);
	disk_clear(&run.disk);
	kuv_service_exit(&run.s);
	CHECK(!shim_nr_live);
	return 0;
}
