// SPDX-License-Identifier: GPL-2.0-or-later
/* The reference VMM's migration: what a VMM's author adds to his own stream. */

#include "migrate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Rounds while the guest runs; one that writes all the time never has none. */
#define ROUNDS		4
#define STATE_LEN_MAX	(64U << 20)

enum record_kind {
	RECORD_PAGE = 1,	/* at @gpa */
	RECORD_VCPU,		/* struct vmm_vcpu_state */
	RECORD_STATE,		/* image of vmm_port_save() */
	RECORD_END,		/* checksum of all memory in @gpa */
};

struct record {
	uint32_t kind;
	uint32_t len;
	uint64_t gpa;
};

static int write_all(int fd, const void *data, size_t len)
{
	const uint8_t *p = data;
	ssize_t n;

	for (; len; len -= (size_t)n, p += n) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return -errno;
	}
	return 0;
}

static int read_all(int fd, void *data, size_t len)
{
	uint8_t *p = data;
	ssize_t n;

	for (; len; len -= (size_t)n, p += n) {
		n = read(fd, p, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return n ? -errno : -EBADMSG;
	}
	return 0;
}

static int send_record(int fd, uint32_t kind, uint64_t gpa, const void *data,
		       size_t len)
{
	struct record r = { .kind = kind, .len = (uint32_t)len, .gpa = gpa };
	int ret = write_all(fd, &r, sizeof(r));

	return ret ? ret : write_all(fd, data, len);
}

static uint64_t checksum(const struct vmm *vm)
{
	const uint64_t *p = (const void *)vm->ram;
	uint64_t sum = 1;
	size_t i;

	for (i = 0; i < vm->ram_len / sizeof(*p); i++)
		sum = (sum ^ p[i]) * 0x100000001b3ULL;
	return sum;
}

int vmm_dirty_start(struct vmm *vm, struct vmm_port *p)
{
	struct vmm_dirty d;
	int ret;

	ret = vmm_map(vm, VMM_SLOT_RAM, KVM_MEM_LOG_DIRTY_PAGES, 0, vm->ram_len,
		      vm->ram);
	/* What was written so far is of no interest. */
	return ret ? ret : vmm_dirty_fetch(vm, p, &d);
}

static void dirty_set(struct vmm_dirty *d, uint64_t page)
{
	uint64_t bit = 1ULL << page % 64, *word = &d->bits[page / 64];

	d->nr_port += !(*word & bit);
	*word |= bit;
}

static void dirty_add(struct vmm *vm, struct vmm_dirty *d,
		      const struct kvm_uefivars_dirty *dirty)
{
	struct kvm_uefivars_range all = { .len = vm->ram_len };
	const struct kvm_uefivars_range *r = dirty->ranges;
	uint32_t i, nr = dirty->nr;
	uint64_t page;

	if (dirty->flags & KVM_UEFIVARS_DIRTY_ALL) {
		r = &all;
		nr = 1;
	}
	for (i = 0; i < nr; i++)
		for (page = r[i].gpa / VMM_PAGE_LEN;
		     page < (r[i].gpa + r[i].len) / VMM_PAGE_LEN; page++)
			dirty_set(d, page);
}

int vmm_dirty_fetch(struct vmm *vm, struct vmm_port *p, struct vmm_dirty *d)
{
	struct kvm_dirty_log log = { .slot = VMM_SLOT_RAM };
	struct kvm_uefivars_dirty dirty;
	size_t i;
	int ret;

	memset(d, 0, sizeof(*d));
	log.dirty_bitmap = d->bits;
	if (ioctl(vm->fd, KVM_GET_DIRTY_LOG, &log))
		return -errno;
	for (i = 0; i < vm->ram_len / VMM_PAGE_LEN / 64; i++)
		d->nr_kvm += (uint64_t)__builtin_popcountll(d->bits[i]);
	ret = vmm_port_take_dirty(p, &dirty);
	if (!ret)
		dirty_add(vm, d, &dirty);
	return ret;
}

static int send_page(struct vmm *vm, int fd, uint64_t page)
{
	uint64_t gpa = page * VMM_PAGE_LEN;

	return send_record(fd, RECORD_PAGE, gpa, vm->ram + gpa, VMM_PAGE_LEN);
}

static int send_dirty(struct vmm *vm, struct vmm_port *p, int fd)
{
	struct vmm_dirty d;
	uint64_t page;
	int ret = vmm_dirty_fetch(vm, p, &d);

	for (page = 0; !ret && page < vm->ram_len / VMM_PAGE_LEN; page++)
		if (d.bits[page / 64] & 1ULL << page % 64)
			ret = send_page(vm, fd, page);
	return ret;
}

static int send_running(struct vmm *vm, struct vmm_port *p, int fd)
{
	uint64_t page;
	int ret = vmm_dirty_start(vm, p), i;

	for (page = 0; !ret && page < vm->ram_len / VMM_PAGE_LEN; page++)
		ret = send_page(vm, fd, page);
	for (i = 0; !ret && i < ROUNDS; i++)
		ret = send_dirty(vm, p, fd);
	return ret;
}

static int stop(struct vmm *vm)
{
	void *ret;

	vmm_vcpu_stop(&vm->vcpus[0]);
	if (pthread_join(vm->vcpus[0].thread, &ret))
		return -ESRCH;
	return (int)(intptr_t)ret;
}

static int send_vcpu(struct vmm *vm, int fd)
{
	struct vmm_vcpu_state state = { 0 };
	int ret = vmm_vcpu_save(&vm->vcpus[0], &state);

	return ret ? ret : send_record(fd, RECORD_VCPU, 0, &state,
				       sizeof(state));
}

static int send_state(struct vmm_port *p, int fd)
{
	void *image;
	size_t len;
	int ret = vmm_port_save(p, &image, &len);

	if (ret)
		return ret;
	ret = send_record(fd, RECORD_STATE, 0, image, len);
	free(image);
	return ret;
}

int vmm_migrate_send(struct vmm *vm, struct vmm_port *p, int fd)
{
	int ret = send_running(vm, p, fd), err = stop(vm);

	ret = ret ? ret : err;
	if (!ret)
		ret = send_dirty(vm, p, fd);
	if (!ret)
		ret = send_vcpu(vm, fd);
	if (!ret)
		ret = send_state(p, fd);
	if (!ret)
		ret = send_record(fd, RECORD_END, checksum(vm), NULL, 0);
	return ret;
}

static int receive_page(struct vmm *vm, int fd, const struct record *r)
{
	if (r->len != VMM_PAGE_LEN || r->gpa % VMM_PAGE_LEN ||
	    r->gpa >= vm->ram_len)
		return -EBADMSG;
	return read_all(fd, vm->ram + r->gpa, r->len);
}

static int receive_vcpu(struct vmm *vm, int fd, const struct record *r)
{
	struct vmm_vcpu_state state;
	struct vmm_vcpu *v;
	int ret;

	if (r->len != sizeof(state) || vm->nr_vcpus)
		return -EBADMSG;
	ret = read_all(fd, &state, sizeof(state));
	if (ret)
		return ret;
	v = vmm_vcpu_create(vm, 0, 0);
	return v ? vmm_vcpu_restore(v, &state) : -errno;
}

static int receive_state(struct vmm_port *p, int fd, const struct record *r)
{
	void *image;
	int ret;

	if (!r->len || r->len > STATE_LEN_MAX)
		return -EBADMSG;
	image = malloc(r->len);
	if (!image)
		return -ENOMEM;
	ret = read_all(fd, image, r->len);
	if (!ret)
		ret = vmm_port_restore(p, image, r->len);
	free(image);
	return ret;
}

int vmm_migrate_receive(struct vmm *vm, struct vmm_port *p, int fd)
{
	struct record r;
	int ret;

	while (!(ret = read_all(fd, &r, sizeof(r)))) {
		if (r.kind == RECORD_PAGE)
			ret = receive_page(vm, fd, &r);
		else if (r.kind == RECORD_VCPU)
			ret = receive_vcpu(vm, fd, &r);
		else if (r.kind == RECORD_STATE)
			ret = receive_state(p, fd, &r);
		else
			break;
		if (ret)
			return ret;
	}
	if (ret)
		return ret;
	return r.kind == RECORD_END && !r.len && vm->nr_vcpus &&
	       r.gpa == checksum(vm) ? 0 : -EBADMSG;
}
