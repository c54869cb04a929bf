// SPDX-License-Identifier: GPL-2.0
/* The change log: read, poll, acknowledge, and guests that wait for it. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

static _Alignas(8) uint8_t batch_buf[4 << 20];
static struct kvm_uefivars_batch *const batch = (void *)batch_buf;

static int new_store(uint32_t durability, uint32_t wait_ms)
{
	return create_store(open_device(), durability, wait_ms);
}

/* Read a batch, check its form; returns its records. */
static uint32_t read_batch(int store)
{
	ssize_t len = read(store, batch_buf, sizeof(batch_buf));
	uint64_t pos;
	uint32_t n = 0;

	CHECK(len > 0);
	CHECK_EQ(batch->len, len);
	for (pos = batch->head_len; pos < batch->len; n++) {
		struct kvm_uefivars_record *rec = (void *)(batch_buf + pos);

		CHECK_EQ(rec->len % 8, 0);
		CHECK(rec->head_len >= sizeof(*rec));
		CHECK(rec->len >= (uint64_t)rec->head_len + rec->name_len +
				  rec->data_len);
		CHECK(rec->seq <= batch->seq);
		pos += rec->len;
	}
	CHECK_EQ(pos, batch->len);
	CHECK_EQ(n, batch->nr_records);
	return n;
}

static const struct kvm_uefivars_record *find_record(const char *name)
{
	uint64_t pos = batch->head_len;
	uint16_t name16[64];
	uint32_t len = utf16(name, name16);

	while (pos < batch->len) {
		struct kvm_uefivars_record *rec = (void *)(batch_buf + pos);
		uint8_t *p = batch_buf + pos + rec->head_len;

		if (rec->name_len == len && !memcmp(p, name16, len))
			return rec;
		pos += rec->len;
	}
	return NULL;
}

static const char *record_data(const struct kvm_uefivars_record *rec)
{
	return (const char *)rec + rec->head_len + rec->name_len;
}

static int ack(int store, uint64_t seq, uint32_t flags)
{
	struct kvm_uefivars_ack arg = {
		.size = sizeof(arg),
		.flags = flags,
		.seq = seq,
	};

	return call(store, KVM_UEFIVARS_ACK, &arg);
}

/* A guest whose firmware's own changes are behind it. */
static struct guest start(int store)
{
	struct guest g = guest_start(store, -1);

	if (read(store, batch_buf, sizeof(batch_buf)) > 0)
		CHECK_EQ(ack(store, batch->seq, 0), 0);
	return g;
}

static void read_nothing(const void *data)
{
	int store = new_store(0, 0);

	(void)data;
	CHECK(read(store, batch_buf, sizeof(batch_buf)) < 0);
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(events(store, POLLIN), 0);
}

static void read_one(const void *data)
{
	int store = new_store(0, 0);
	const struct kvm_uefivars_record *rec;

	(void)data;
	CHECK_EQ(var_set(store, "one", NV_BS_RT, "value", 5, 0), 0);
	CHECK_EQ(read_batch(store), 1);
	rec = find_record("one");
	CHECK(rec);
	CHECK_EQ(rec->seq, batch->seq);
	CHECK_EQ(rec->flags, 0);
	CHECK_EQ(rec->attributes, NV_BS_RT);
	CHECK_EQ(rec->data_len, 5);
	CHECK(!memcmp(record_data(rec), "value", 5));
	CHECK(!memcmp(rec->guid, test_guid, 16));
}

static void read_volatile_not_logged(const void *data)
{
	int store = new_store(0, 0);

	(void)data;
	CHECK_EQ(var_set(store, "v", BS_RT, "x", 1, 0), 0);
	CHECK(read(store, batch_buf, sizeof(batch_buf)) < 0);
	CHECK_EQ(errno, EAGAIN);
}

static void read_clean_not_logged(const void *data)
{
	int store = new_store(0, 0);

	(void)data;
	CHECK_EQ(var_set(store, "c", NV_BS_RT, "x", 1, KVM_UEFIVARS_VAR_CLEAN),
		 0);
	CHECK(read(store, batch_buf, sizeof(batch_buf)) < 0);
	CHECK_EQ(errno, EAGAIN);
}

static void read_again_before_ack(const void *data)
{
	int store = new_store(0, 0);
	uint64_t seq;

	(void)data;
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "x", 1, 0), 0);
	CHECK_EQ(read_batch(store), 1);
	seq = batch->seq;
	CHECK_EQ(read_batch(store), 1);
	CHECK_EQ(batch->seq, seq);
}

static void read_coalesced(const void *data)
{
	int store = new_store(0, 0);

	(void)data;
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "old", 3, 0), 0);
	CHECK_EQ(var_set(store, "b", NV_BS_RT, "b", 1, 0), 0);
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "newer", 5, 0), 0);
	CHECK_EQ(read_batch(store), 2);
	CHECK_EQ(find_record("a")->data_len, 5);
	CHECK(!memcmp(record_data(find_record("a")), "newer", 5));
	CHECK(find_record("a")->seq > find_record("b")->seq);
}

static void read_deleted(const void *data)
{
	int store = new_store(0, 0);

	(void)data;
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "x", 1, 0), 0);
	CHECK_EQ(read_batch(store), 1);
	CHECK_EQ(ack(store, batch->seq, 0), 0);
	CHECK_EQ(var_delete(store, "a"), 0);
	CHECK_EQ(read_batch(store), 1);
	CHECK(find_record("a"));
	CHECK_EQ(find_record("a")->flags, KVM_UEFIVARS_RECORD_DELETED);
	CHECK_EQ(find_record("a")->attributes, 0);
	CHECK_EQ(find_record("a")->data_len, 0);
	CHECK_EQ(ack(store, batch->seq, 0), 0);
	CHECK(read(store, batch_buf, sizeof(batch_buf)) < 0);
}

static void read_buffer_too_small(const void *data)
{
	int store = new_store(0, 0);
	ssize_t len;

	(void)data;
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "x", 1, 0), 0);
	read_batch(store);
	len = (ssize_t)batch->len;
	CHECK(read(store, batch_buf, (size_t)len - 1) < 0);
	CHECK_EQ(errno, EMSGSIZE);
	CHECK_EQ(read(store, batch_buf, (size_t)len), len);
}

static void read_bad_buffer(const void *data)
{
	int store = new_store(0, 0);
	void *gone = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	(void)data;
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "x", 1, 0), 0);
	CHECK(read(store, gone, 4096) < 0);
	CHECK_EQ(errno, EFAULT);
	/* Not read: still worth polling for, and not to be acknowledged. */
	CHECK_EQ(events(store, POLLIN), POLLIN);
	CHECK_EQ(ack(store, 1, 0), -EINVAL);
}

static void ack_removes(const void *data)
{
	int store = new_store(0, 0);

	(void)data;
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "x", 1, 0), 0);
	read_batch(store);
	CHECK_EQ(ack(store, batch->seq, 0), 0);
	CHECK(read(store, batch_buf, sizeof(batch_buf)) < 0);
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(store_info(store).acked_seq, store_info(store).seq);
}

static void ack_keeps_newer(const void *data)
{
	int store = new_store(0, 0);
	uint64_t seq;

	(void)data;
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "x", 1, 0), 0);
	CHECK_EQ(var_set(store, "b", NV_BS_RT, "x", 1, 0), 0);
	read_batch(store);
	seq = batch->seq;
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "y", 1, 0), 0);
	CHECK_EQ(ack(store, seq, 0), 0);
	CHECK_EQ(read_batch(store), 1);
	CHECK(find_record("a"));
}

static void ack_old_is_no_error(const void *data)
{
	int store = new_store(0, 0);

	(void)data;
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "x", 1, 0), 0);
	read_batch(store);
	CHECK_EQ(ack(store, batch->seq, 0), 0);
	CHECK_EQ(ack(store, batch->seq, 0), 0);
	CHECK_EQ(ack(store, 0, 0), 0);
}

static void ack_not_read(const void *data)
{
	int store = new_store(0, 0);

	(void)data;
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "x", 1, 0), 0);
	CHECK_EQ(ack(store, 1, 0), -EINVAL);
	CHECK_EQ(ack(store, 1, KVM_UEFIVARS_ACK_FAILED), -EINVAL);
	CHECK_EQ(read_batch(store), 1);
}

static void poll_in_until_read(const void *data)
{
	int store = new_store(0, 0);

	(void)data;
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "x", 1, 0), 0);
	CHECK_EQ(events(store, POLLIN), POLLIN);
	read_batch(store);
	CHECK_EQ(events(store, POLLIN), 0);
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "y", 1, 0), 0);
	CHECK_EQ(events(store, POLLIN), POLLIN);
}

static void poll_in_after_failed_ack(const void *data)
{
	int store = new_store(0, 0);

	(void)data;
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "x", 1, 0), 0);
	read_batch(store);
	CHECK_EQ(ack(store, batch->seq, KVM_UEFIVARS_ACK_FAILED), 0);
	CHECK_EQ(events(store, POLLIN), POLLIN);
	CHECK_EQ(read_batch(store), 1);
	CHECK_EQ(events(store, POLLIN), 0);
}

static void poll_in_for_new_descriptor(const void *data)
{
	int dev = open_device(), store = create_store(dev, 0, 0), other;

	(void)data;
	CHECK_EQ(var_set(store, "a", NV_BS_RT, "x", 1, 0), 0);
	read_batch(store);
	CHECK_EQ(events(store, POLLIN), 0);
	other = open_store_by_id(dev, store_info(store).id);
	CHECK_EQ(events(other, POLLIN), POLLIN);
	CHECK_EQ(read_batch(other), 1);
	CHECK_EQ(ack(other, batch->seq, 0), 0);
}

static void poll_wakes(const void *data)
{
	int store = new_store(0, 0);
	struct pollfd pfd = { .fd = store, .events = POLLIN };
	pid_t pid = fork();
	int status;

	(void)data;
	CHECK(pid >= 0);
	if (!pid) {
		usleep(100000);
		_exit(var_set(store, "a", NV_BS_RT, "x", 1, 0) ? 1 : 0);
	}
	CHECK_EQ(poll(&pfd, 1, (int)ktap_ms(10000)), 1);
	CHECK_EQ(pfd.revents, POLLIN);
	CHECK(waitpid(pid, &status, 0) == pid && !status);
}

/* A reader as vard-sync is one, for one batch. */
struct reader {
	int store;
	uint32_t flags;
	pthread_t thread;
};

static void *reader_run(void *data)
{
	struct reader *r = data;
	struct pollfd pfd = { .fd = r->store, .events = POLLIN };

	CHECK_EQ(poll(&pfd, 1, (int)ktap_ms(10000)), 1);
	read_batch(r->store);
	usleep(20000);
	CHECK_EQ(ack(r->store, batch->seq, r->flags), 0);
	return NULL;
}

static void reader_start(struct reader *r)
{
	CHECK(!pthread_create(&r->thread, NULL, reader_run, r));
}

static void guest_waits_for_ack(const void *data)
{
	struct reader r = { .store = new_store(KVM_UEFIVARS_WRITE_THROUGH,
					       20000) };
	struct guest g = start(r.store);
	struct kvm_uefivars_store_info before = store_info(r.store), info;

	(void)data;
	reader_start(&r);
	CHECK_EQ(guest_set(&g, "g", NV_BS_RT, "x", 1), KVM_UEFIVARS_EFI_SUCCESS);
	info = store_info(r.store);
	CHECK_EQ(info.acked_seq, info.seq);
	CHECK_EQ(info.nr_timeouts, 0);
	CHECK_EQ(info.nr_acks, before.nr_acks + 1);
	CHECK_EQ(info.nr_batches, before.nr_batches + 1);
	CHECK(!pthread_join(r.thread, NULL));
}

static void guest_sees_failed_ack(const void *data)
{
	struct reader r = {
		.store = new_store(KVM_UEFIVARS_WRITE_THROUGH, 20000),
		.flags = KVM_UEFIVARS_ACK_FAILED,
	};
	struct guest g = start(r.store);
	uint64_t start = now_ms();

	(void)data;
	reader_start(&r);
	CHECK_EQ(guest_set(&g, "g", NV_BS_RT, "x", 1),
		 KVM_UEFIVARS_EFI_DEVICE_ERROR);
	CHECK(now_ms() - start < ktap_ms(10000));
	CHECK(!pthread_join(r.thread, NULL));
	CHECK_EQ(store_info(r.store).nr_failed, 1);
	/* In force, and still to be made durable. */
	CHECK_EQ(guest_get(&g, "g", 8), KVM_UEFIVARS_EFI_SUCCESS);
	CHECK_EQ(read_batch(r.store), 1);
}

static void guest_wait_is_bounded(const void *data)
{
	int store = new_store(KVM_UEFIVARS_WRITE_THROUGH, 200);
	struct guest g = start(store);
	uint64_t start = now_ms();

	(void)data;
	CHECK_EQ(guest_set(&g, "g", NV_BS_RT, "x", 1),
		 KVM_UEFIVARS_EFI_DEVICE_ERROR);
	CHECK(now_ms() - start >= 190);
	CHECK_EQ(store_info(store).nr_timeouts, 1);
	CHECK_EQ(guest_get(&g, "g", 8), KVM_UEFIVARS_EFI_SUCCESS);
	CHECK_EQ(read_batch(store), 1);
	CHECK(find_record("g"));
}

static void guest_write_back_does_not_wait(const void *data)
{
	int store = new_store(KVM_UEFIVARS_WRITE_BACK, 20000);
	struct guest g = start(store);

	(void)data;
	CHECK_EQ(guest_set(&g, "g", NV_BS_RT, "x", 1), KVM_UEFIVARS_EFI_SUCCESS);
	CHECK(store_info(store).acked_seq < store_info(store).seq);
	CHECK_EQ(read_batch(store), 1);
}

static void guest_volatile_does_not_wait(const void *data)
{
	int store = new_store(KVM_UEFIVARS_WRITE_THROUGH, 20000);
	struct guest g = start(store);

	(void)data;
	CHECK_EQ(guest_set(&g, "g", BS_RT, "x", 1), KVM_UEFIVARS_EFI_SUCCESS);
	CHECK_EQ(store_info(store).nr_timeouts, 0);
}

static void guest_wait_ends_when_clean(const void *data)
{
	int store = new_store(KVM_UEFIVARS_WRITE_THROUGH, 20000);
	struct guest g = start(store);
	uint64_t seq = store_info(store).seq;
	pid_t pid = fork();
	int status;

	(void)data;
	CHECK(pid >= 0);
	if (!pid) {
		while (store_info(store).seq == seq)
			usleep(1000);
		_exit(var_set(store, "g", NV_BS_RT, "y", 1,
			      KVM_UEFIVARS_VAR_CLEAN) ? 1 : 0);
	}
	CHECK_EQ(guest_set(&g, "g", NV_BS_RT, "x", 1), KVM_UEFIVARS_EFI_SUCCESS);
	CHECK(waitpid(pid, &status, 0) == pid && !status);
	CHECK(read(store, batch_buf, sizeof(batch_buf)) < 0);
	CHECK_EQ(errno, EAGAIN);
}

/* However a pool is filled, batch_size_max must have promised enough. */
static void batch_size_max_is_enough(const void *data)
{
	struct kvm_uefivars_config config = {
		.nv_size = 64 << 10,
		.durability = KVM_UEFIVARS_WRITE_BACK,
	};
	int store = create_store_with(open_device(), &config);
	static uint8_t value[4096];
	char name[16];
	int round, i;

	(void)data;
	for (round = 0; round < 4; round++) {
		uint32_t len = round % 2 ? 1 : sizeof(value);

		for (i = 0; i < 1200; i++) {
			snprintf(name, sizeof(name), "n%d", i);
			if (var_set(store, name, NV_BS_RT, value, len, 0))
				break;
		}
		CHECK(i > 10);
		CHECK((uint64_t)read_batch(store) >= (uint64_t)i);
		CHECK(batch->len <= store_info(store).batch_size_max);
		while (i-- > 0) {
			snprintf(name, sizeof(name), "n%d", i);
			if (var_delete(store, name))
				break;
		}
		read_batch(store);
		CHECK(batch->len <= store_info(store).batch_size_max);
	}
}

/* A limit below what is stored must not make batches unreadable. */
static void batch_size_max_after_lower_limit(const void *data)
{
	struct kvm_uefivars_set_config arg = {
		.size = sizeof(arg),
		.config.nv_size = 64,
	};
	int store = new_store(KVM_UEFIVARS_WRITE_BACK, 0), i;
	static uint8_t value[4096];
	char name[16];

	(void)data;
	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		CHECK_EQ(var_set(store, name, NV_BS_RT, value, sizeof(value), 0),
			 0);
	}
	CHECK_EQ(call(store, KVM_UEFIVARS_SET_CONFIG, &arg), 0);
	CHECK_EQ(read_batch(store), 40);
	CHECK(batch->len <= store_info(store).batch_size_max);
}

int main(void)
{
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(read_nothing);
	ADD(read_one);
	ADD(read_volatile_not_logged);
	ADD(read_clean_not_logged);
	ADD(read_again_before_ack);
	ADD(read_coalesced);
	ADD(read_deleted);
	ADD(read_buffer_too_small);
	ADD(read_bad_buffer);
	ADD(ack_removes);
	ADD(ack_keeps_newer);
	ADD(ack_old_is_no_error);
	ADD(ack_not_read);
	ADD(poll_in_until_read);
	ADD(poll_in_after_failed_ack);
	ADD(poll_in_for_new_descriptor);
	ADD(poll_wakes);
	ADD(guest_waits_for_ack);
	ADD(guest_sees_failed_ack);
	ADD(guest_wait_is_bounded);
	ADD(guest_write_back_does_not_wait);
	ADD(guest_volatile_does_not_wait);
	ADD(guest_wait_ends_when_clean);
	ADD(batch_size_max_is_enough);
	ADD(batch_size_max_after_lower_limit);
	return ktap_run();
}
