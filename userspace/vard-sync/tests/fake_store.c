// SPDX-License-Identifier: GPL-2.0-or-later
/* A fake kernel behind ioctl() and read(): stores that really keep variables. */
#include "fake_store.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Numbers that nothing else gets after they were closed. */
#define FD_MIN 300
#define RECORD_MAX (sizeof(struct kvm_uefivars_record) + 16 + FAKE_DATA + 8)

struct fake_store fakes[FAKE_STORES];
struct fake_fault fake_fault;
int fake_restore_error;
static unsigned int nr_changes;

int __real_ioctl(int fd, unsigned long cmd, void *arg);
int __wrap_ioctl(int fd, unsigned long cmd, void *arg);
ssize_t __real_read(int fd, void *buf, size_t len);
ssize_t __wrap_read(int fd, void *buf, size_t len);

void fake_reset(void)
{
	memset(fakes, 0, sizeof(fakes));
	memset(&fake_fault, 0, sizeof(fake_fault));
	fake_restore_error = 0;
	nr_changes = 0;
}

void fake_reset_count(void)
{
	nr_changes = 0;
}

struct fake_store *fake_of(int fd)
{
	for (int i = 0; i < FAKE_STORES; i++)
		if (fakes[i].fd == fd && fd >= FD_MIN)
			return &fakes[i];
	return NULL;
}

struct fake_store *fake_running(void)
{
	for (int i = 0; i < FAKE_STORES; i++)
		if (fakes[i].state & KVM_UEFIVARS_STORE_HAS_PORT &&
		    fcntl(fakes[i].fd, F_GETFD) >= 0)
			return &fakes[i];
	abort();
}

static int result(int error)
{
	errno = error;
	return error ? -1 : 0;
}

static void *pointer(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

struct fake_store *fake_new(const uint8_t cookie[16])
{
	for (int i = 0; i < FAKE_STORES; i++) {
		struct fake_store *f = &fakes[i];
		int low;

		if (f->fd && fcntl(f->fd, F_GETFD) >= 0)
			continue;
		low = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		memset(f, 0, sizeof(*f));
		f->fd = fcntl(low, F_DUPFD_CLOEXEC, FD_MIN);
		close(low);
		memcpy(f->cookie, cookie, sizeof(f->cookie));
		return f;
	}
	return NULL;
}

static int create(struct kvm_uefivars_create_store *c)
{
	struct fake_store *f = fake_new(c->cookie);

	if (!f)
		return result(ENOSPC);
	f->config = c->config;
	c->fd = f->fd;
	return 0;
}

static int info(struct fake_store *f, struct kvm_uefivars_store_info *i)
{
	i->state = f->state;
	i->id = (uint64_t)(f - fakes) + 1;
	memcpy(i->cookie, f->cookie, sizeof(f->cookie));
	i->config = f->config;
	i->seq = f->seq;
	i->acked_seq = f->acked_seq;
	i->batch_size_max = 64 + FAKE_VARS * RECORD_MAX;
	i->nr_requests = f->nr_requests;
	return 0;
}

static struct fake_var *find(struct fake_store *f, const uint8_t guid[16],
			     const void *name, uint32_t len)
{
	for (unsigned int i = 0; i < f->nr; i++)
		if (f->vars[i].name_len == len &&
		    memcmp(f->vars[i].guid, guid, 16) == 0 &&
		    memcmp(f->vars[i].name, name, len) == 0)
			return &f->vars[i];
	return NULL;
}

static void drop(struct fake_store *f, struct fake_var *v)
{
	f->nr--;
	memmove(v, v + 1, (size_t)((char *)&f->vars[f->nr] - (char *)v));
}

/* To the end of the list, as a new change or not. */
static void put(struct fake_store *f, const struct fake_var *v, bool is_logged)
{
	struct fake_var copy = *v;
	struct fake_var *old = find(f, v->guid, v->name, v->name_len);

	if (old)
		drop(f, old);
	if (f->nr == FAKE_VARS)
		abort();
	copy.seq = is_logged && copy.attributes & KVM_UEFIVARS_ATTR_NV ?
			   ++f->seq : 0;
	f->vars[f->nr++] = copy;
}

/* A tombstone, if what was there is non-volatile. */
static void bury(struct fake_store *f, struct fake_var *v)
{
	struct fake_var copy = *v;

	if (!(v->attributes & KVM_UEFIVARS_ATTR_NV)) {
		drop(f, v);
		return;
	}
	copy.is_deleted = true;
	put(f, &copy, true);
}

void fake_write(struct fake_store *f, char name, uint32_t attributes,
		const char *data)
{
	struct fake_var v = { .guid = { 1, 2, 3 }, .name = { (uint8_t)name },
			      .name_len = 2, .attributes = attributes,
			      .data_len = (uint32_t)strlen(data) };
	uint64_t one = 1;

	memcpy(v.data, data, v.data_len);
	f->nr_requests++;
	if (v.data_len)
		put(f, &v, true);
	else
		bury(f, find(f, v.guid, v.name, 2));
	if (write(f->fd, &one, sizeof(one)) < 0)
		abort();
}

void fake_change(struct fake_store *f, uint64_t seq)
{
	struct fake_var v = { .name_len = 2, .attributes = 7, .data_len = 1,
			      .data = "x" };

	while (f->seq < seq) {
		v.name[0] = (uint8_t)('A' + f->seq % 26);
		put(f, &v, true);
	}
}

/* A change of the host may fail, or its guest comes in between. */
static int fault(struct fake_store *f)
{
	if (!(f->state & KVM_UEFIVARS_STORE_HAS_PORT) ||
	    ++nr_changes != fake_fault.at)
		return 0;
	if (!fake_fault.guest)
		return fake_fault.error;
	fake_fault.guest(f);
	return 0;
}

static int signed_error(const struct fake_var *v)
{
	if (v->name[0] == 'W')
		return EACCES;
	return v->data[0] == '+' ? 0 : EKEYREJECTED;
}

static int var_set(struct fake_store *f, struct kvm_uefivars_var *arg)
{
	bool is_signed = arg->flags & KVM_UEFIVARS_VAR_SIGNED;
	struct fake_var v = { .attributes = arg->attributes }, side;
	int error = arg->flags & KVM_UEFIVARS_VAR_CLEAN ? 0 : fault(f);

	if (error)
		return result(error);
	if (arg->name_len > sizeof(v.name) || arg->data_len > FAKE_DATA ||
	    !arg->data_len)
		return result(EINVAL);
	v.name_len = arg->name_len;
	v.data_len = arg->data_len;
	memcpy(v.guid, arg->guid, 16);
	memcpy(v.time, arg->time, 16);
	memcpy(v.name, pointer(arg->name), v.name_len);
	memcpy(v.data, pointer(arg->data), v.data_len);
	if (v.data[0] == '$')
		return result(ENOSPC);
	if (is_signed && signed_error(&v))
		return result(signed_error(&v));
	if (is_signed)
		memmove(v.data, v.data + 1, --v.data_len);
	put(f, &v, !(arg->flags & KVM_UEFIVARS_VAR_CLEAN));
	side = v;
	side.name[0] = 'S';
	if (is_signed)
		put(f, &side, true);
	return 0;
}

static int var_get(struct fake_store *f, struct kvm_uefivars_var *arg)
{
	struct fake_var *v = find(f, arg->guid, pointer(arg->name),
				  arg->name_len);
	uint32_t room = arg->data_len;

	if (!v || v->is_deleted)
		return result(ENOENT);
	arg->data_len = v->data_len;
	if (v->data_len > room)
		return result(EMSGSIZE);
	memcpy(pointer(arg->data), v->data, v->data_len);
	memcpy(arg->time, v->time, 16);
	arg->attributes = v->attributes;
	return 0;
}

static int var_delete(struct fake_store *f, struct kvm_uefivars_var *arg)
{
	struct fake_var *v = find(f, arg->guid, pointer(arg->name),
				  arg->name_len);
	int error = fault(f);

	if (error)
		return result(error);
	/* The guest may have moved it. */
	v = find(f, arg->guid, pointer(arg->name), arg->name_len);
	if (!v || v->is_deleted)
		return result(ENOENT);
	bury(f, v);
	return 0;
}

static int var_next(struct fake_store *f, struct kvm_uefivars_next *n)
{
	struct fake_var *v = f->vars;

	if (n->name_len) {
		v = find(f, n->guid, pointer(n->name), n->name_len);
		if (!v || v->is_deleted)
			return result(EINVAL);
		v++;
	}
	while (v < f->vars + f->nr && v->is_deleted)
		v++;
	if (v == f->vars + f->nr)
		return result(ENOENT);
	memcpy(n->guid, v->guid, 16);
	memcpy(pointer(n->name), v->name, v->name_len);
	n->name_len = v->name_len;
	n->attributes = v->attributes;
	n->data_len = v->data_len;
	return 0;
}

static int ack_failed(struct fake_store *f, uint64_t seq)
{
	f->nr_failed++;
	f->failed_seq = seq;
	return 0;
}

static int ack(struct fake_store *f, const struct kvm_uefivars_ack *a)
{
	if (a->seq > f->read_seq)
		return result(EINVAL);
	if (a->flags & KVM_UEFIVARS_ACK_FAILED)
		return ack_failed(f, a->seq);
	f->nr_acks++;
	if (a->seq > f->acked_seq)
		f->acked_seq = a->seq;
	for (unsigned int i = f->nr; i-- > 0;)
		if (f->vars[i].is_deleted && f->vars[i].seq <= a->seq)
			drop(f, &f->vars[i]);
	return 0;
}

static int freeze(struct fake_store *f)
{
	if (f->state & KVM_UEFIVARS_STORE_HAS_PORT &&
	    !(f->state & KVM_UEFIVARS_STORE_PAUSED))
		return result(EBUSY);
	f->state |= KVM_UEFIVARS_STORE_FROZEN;
	return 0;
}

static int save(struct fake_store *f, struct kvm_uefivars_state *s)
{
	struct fake_image image = { FAKE_MAGIC, f->nr };
	uint64_t room = s->len;

	if (!(f->state & KVM_UEFIVARS_STORE_FROZEN))
		abort();
	if (f->save_error)
		return result(f->save_error);
	s->len = sizeof(image);
	if (room < sizeof(image))
		return result(EMSGSIZE);
	memcpy(pointer(s->data), &image, sizeof(image));
	return 0;
}

static int restore(struct fake_store *f, const struct kvm_uefivars_state *s)
{
	struct fake_image image = { 0 };

	if (s->len == sizeof(image))
		memcpy(&image, pointer(s->data), sizeof(image));
	if (fake_restore_error)
		return result(fake_restore_error);
	if (memcmp(image.magic, FAKE_MAGIC, sizeof(image.magic)) != 0)
		return result(EBADMSG);
	f->nr_restored++;
	if (s->flags & KVM_UEFIVARS_STATE_VARIABLES)
		fake_change(f, image.nr_vars);
	return 0;
}

static int open_port(struct fake_store *f, struct kvm_uefivars_open_port *p)
{
	if (f->state & KVM_UEFIVARS_STORE_HAS_PORT)
		return result(EBUSY);
	f->state |= KVM_UEFIVARS_STORE_HAS_PORT;
	p->fd = eventfd(0, EFD_CLOEXEC);
	return 0;
}

static int store_call(struct fake_store *f, unsigned long cmd, void *arg)
{
	switch (cmd) {
	case KVM_UEFIVARS_STORE_INFO:
		return info(f, arg);
	case KVM_UEFIVARS_SET_CONFIG:
		f->config = ((struct kvm_uefivars_set_config *)arg)->config;
		return 0;
	case KVM_UEFIVARS_VAR_SET:
		return var_set(f, arg);
	case KVM_UEFIVARS_VAR_GET:
		return var_get(f, arg);
	case KVM_UEFIVARS_VAR_DELETE:
		return var_delete(f, arg);
	case KVM_UEFIVARS_VAR_NEXT:
		return var_next(f, arg);
	case KVM_UEFIVARS_ACK:
		return ack(f, arg);
	case KVM_UEFIVARS_FREEZE:
		return freeze(f);
	case KVM_UEFIVARS_THAW:
		f->state &= ~KVM_UEFIVARS_STORE_FROZEN;
		return 0;
	case KVM_UEFIVARS_SAVE_STATE:
		return save(f, arg);
	case KVM_UEFIVARS_RESTORE_STATE:
		return restore(f, arg);
	case KVM_UEFIVARS_OPEN_PORT:
		return open_port(f, arg);
	default:
		abort();
	}
}

int __wrap_ioctl(int fd, unsigned long cmd, void *arg)
{
	struct fake_store *f = fake_of(fd);

	if (_IOC_TYPE(cmd) != KVM_UEFIVARS_IOC)
		return __real_ioctl(fd, cmd, arg);
	if (f)
		return store_call(f, cmd, arg);
	if (cmd == KVM_UEFIVARS_CREATE_STORE)
		return create(arg);
	((struct kvm_uefivars_info *)arg)->abi = KVM_UEFIVARS_ABI;
	return 0;
}

static size_t put_record(uint8_t *p, const struct fake_var *v)
{
	uint32_t data_len = v->is_deleted ? 0 : v->data_len;
	struct kvm_uefivars_record r = {
		.head_len = sizeof(r), .seq = v->seq,
		.attributes = v->is_deleted ? 0 : v->attributes,
		.flags = v->is_deleted ? KVM_UEFIVARS_RECORD_DELETED : 0,
		.name_len = v->name_len, .data_len = data_len,
	};

	r.len = (uint32_t)((sizeof(r) + v->name_len + data_len + 7) & ~7UL);
	memcpy(r.guid, v->guid, 16);
	memcpy(r.time, v->time, 16);
	memcpy(p, &r, sizeof(r));
	memcpy(p + sizeof(r), v->name, v->name_len);
	memcpy(p + sizeof(r) + v->name_len, v->data, data_len);
	return r.len;
}

/* What was read makes the store unreadable until the next change. */
static void drain(int fd)
{
	uint64_t count;

	if (__real_read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		abort();
}

ssize_t __wrap_read(int fd, void *buf, size_t len)
{
	struct kvm_uefivars_batch h = { .head_len = sizeof(h) };
	struct fake_store *f = fake_of(fd);

	if (!f)
		return __real_read(fd, buf, len);
	if (f->read_error || f->seq == f->acked_seq)
		return result(f->read_error ? f->read_error : EAGAIN);
	drain(fd);
	h.len = sizeof(h);
	h.seq = f->read_seq = f->seq;
	for (unsigned int i = 0; i < f->nr; i++) {
		if (f->vars[i].seq <= f->acked_seq)
			continue;
		h.len += put_record((uint8_t *)buf + h.len, &f->vars[i]);
		h.nr_records++;
	}
	if (f->is_malformed)
		h.nr_records++;
	memcpy(buf, &h, sizeof(h));
	return (ssize_t)h.len;
}

const char *fake_text(const struct fake_store *f)
{
	static char text[2048];
	char *p = text;

	*p = 0;
	for (unsigned int i = 0; i < f->nr; i++)
		if (!f->vars[i].is_deleted)
			p += sprintf(p, "%c=%.*s/%x ", f->vars[i].name[0],
				     (int)f->vars[i].data_len,
				     (const char *)f->vars[i].data,
				     f->vars[i].attributes);
	return text;
}
