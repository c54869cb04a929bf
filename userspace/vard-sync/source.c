// SPDX-License-Identifier: GPL-2.0-or-later
/* One store in the kernel: make or find it, load it, read and answer changes. */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"

/* More than any store's limits allow; a larger answer is a broken module. */
#define BATCH_MAX (1ULL << 30)
/* Never too small, says VAR_NEXT. */
#define NAME_MAX_LEN 65536
/* A guest that changes its variables faster than they can be listed. */
#define LIST_TRIES 32

static int call(int fd, unsigned long cmd, void *arg)
{
	int r;

	do
		r = ioctl(fd, cmd, arg);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

static uint64_t address(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

int vard_device_open(const char *path)
{
	struct kvm_uefivars_info info = { .size = sizeof(info) };
	_cleanup_close_ int fd = open(path, O_RDWR | O_CLOEXEC);
	int r;

	if (fd < 0)
		return errno == ENOENT || errno == ENODEV ? -ENXIO : -errno;
	r = call(fd, KVM_UEFIVARS_GET_INFO, &info);
	if (r < 0)
		return r == -ENOTTY ? -ENXIO : r;
	if (info.abi < KVM_UEFIVARS_ABI)
		return -ENXIO;
	return kuv_steal_fd(&fd);
}

int vard_device_next_id(int device, uint64_t *id)
{
	struct kvm_uefivars_store_id arg = { .size = sizeof(arg), .id = *id };
	int r = call(device, KVM_UEFIVARS_NEXT_STORE_ID, &arg);

	if (r == 0)
		*id = arg.id;
	return r;
}

int vard_device_open_id(int device, uint64_t id)
{
	struct kvm_uefivars_store_id arg = { .size = sizeof(arg), .id = id };
	int r = call(device, KVM_UEFIVARS_OPEN_STORE_BY_ID, &arg);

	return r == 0 ? arg.fd : r;
}

int vard_source_create(int device, const struct vard_vm *vm, uint32_t wait_ms,
		       struct vard_source **ret)
{
	struct kvm_uefivars_create_store arg = {
		.size = sizeof(arg),
		.config.durability = vm->durability,
		.config.wait_ms = wait_ms,
		.config.options = vm->options,
		.config.change_rate = vm->change_rate,
		.config.change_burst = vm->change_burst,
	};
	struct vard_source *s;
	int r;

	memcpy(arg.cookie, vm->uuid.bytes, sizeof(arg.cookie));
	r = call(device, KVM_UEFIVARS_CREATE_STORE, &arg);
	if (r < 0)
		return r;
	r = vard_source_adopt(arg.fd, &s);
	if (r < 0) {
		kuv_close(arg.fd);
		return r;
	}
	s->vm = *vm;
	*ret = s;
	return 0;
}

int vard_source_adopt(int fd, struct vard_source **ret)
{
	struct kvm_uefivars_store_info info;
	struct vard_source *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->fd = fd;
	r = vard_source_info(s, &info);
	if (r < 0) {
		free(s);
		return r;
	}
	s->store_id = info.id;
	s->has_news = false;
	memcpy(s->uuid.bytes, info.cookie, sizeof(s->uuid.bytes));
	*ret = s;
	return 0;
}

void vard_source_free(struct vard_source *s)
{
	if (!s)
		return;
	kuv_close(s->fd);
	free(s);
}

int vard_source_info(struct vard_source *s,
		     struct kvm_uefivars_store_info *info)
{
	int r;

	*info = (struct kvm_uefivars_store_info){ .size = sizeof(*info) };
	r = call(s->fd, KVM_UEFIVARS_STORE_INFO, info);
	if (r < 0)
		return r;
	s->batch_size_max = info->batch_size_max;
	s->has_news |= (s->state ^ info->state) & VARD_STATE_SEEN;
	s->state = info->state;
	s->has_port = info->state & KVM_UEFIVARS_STORE_HAS_PORT;
	return 0;
}

bool vard_source_has_run(struct vard_source *s)
{
	struct kvm_uefivars_store_info info;

	return vard_source_info(s, &info) == 0 && info.nr_requests > 0;
}

static int set(struct vard_source *s, const struct vard_var *v, uint32_t flags)
{
	struct kvm_uefivars_var arg = {
		.size = sizeof(arg),
		.flags = flags,
		.name = address(v->name),
		.data = address(v->data),
		.name_len = v->name_len,
		.data_len = v->data_len,
		.attributes = v->attributes,
	};

	memcpy(arg.guid, v->guid, sizeof(arg.guid));
	memcpy(arg.time, v->time, sizeof(arg.time));
	return call(s->fd, KVM_UEFIVARS_VAR_SET, &arg);
}

int vard_source_put(struct vard_source *s, const struct vard_var *v)
{
	return set(s, v, KVM_UEFIVARS_VAR_CLEAN);
}

int vard_source_set(struct vard_source *s, const struct vard_var *v,
		    uint32_t flags)
{
	return set(s, v, flags);
}

int vard_source_delete(struct vard_source *s, const struct vard_var *v)
{
	struct kvm_uefivars_var arg = {
		.size = sizeof(arg),
		.name = address(v->name),
		.name_len = v->name_len,
	};

	memcpy(arg.guid, v->guid, sizeof(arg.guid));
	return call(s->fd, KVM_UEFIVARS_VAR_DELETE, &arg);
}

/* Room for one variable while a store is listed. */
struct walk {
	uint8_t name[NAME_MAX_LEN];
	void *data;
	size_t size;
	struct kvm_uefivars_next next;
};

/* Fills @v, which borrows from @w. Returns -ENOENT if it is gone by now. */
static int get_walked(struct vard_source *s, struct walk *w, struct vard_var *v)
{
	struct kvm_uefivars_var arg = {
		.size = sizeof(arg),
		.name = address(w->name),
		.name_len = w->next.name_len,
	};
	int r = 0;

	memcpy(arg.guid, w->next.guid, sizeof(arg.guid));
	arg.data_len = w->next.data_len;
	do {
		if (arg.data_len > w->size) {
			void *p = arg.data_len > BATCH_MAX ? NULL :
					realloc(w->data, arg.data_len);

			if (!p)
				return -ENOMEM;
			w->data = p;
			w->size = arg.data_len;
		}
		arg.data = address(w->data);
		arg.data_len = (uint32_t)w->size;
		r = call(s->fd, KVM_UEFIVARS_VAR_GET, &arg);
	} while (r == -EMSGSIZE);
	*v = (struct vard_var){
		.name = w->name, .name_len = arg.name_len, .data = w->data,
		.data_len = arg.data_len, .attributes = arg.attributes,
		.seq = arg.seq,
	};
	memcpy(v->guid, arg.guid, sizeof(v->guid));
	memcpy(v->time, arg.time, sizeof(v->time));
	return r;
}

/* Returns -EAGAIN if the store changed so that the walk lost its way. */
static int walk_once(struct vard_source *s, struct walk *w,
		     struct vard_varlist *ret)
{
	struct vard_var v;
	int r;

	w->next = (struct kvm_uefivars_next){
		.size = sizeof(w->next), .name = address(w->name),
	};
	for (;;) {
		w->next.name_size = sizeof(w->name);
		r = call(s->fd, KVM_UEFIVARS_VAR_NEXT, &w->next);
		if (r == -ENOENT)
			return 0;
		if (r == -EINVAL)
			return -EAGAIN;
		if (r == 0)
			r = get_walked(s, w, &v);
		if (r == -ENOENT)
			return -EAGAIN;
		if (r == 0)
			r = vard_varlist_add(ret, &v);
		if (r < 0)
			return r;
	}
}

static int walk_store(struct vard_source *s, struct walk *w,
		      struct vard_varlist *ret)
{
	struct kvm_uefivars_store_info before, after;
	int r = -EAGAIN;

	/* Its guest cannot make many changes meanwhile: each takes long. */
	for (int i = 0; r == -EAGAIN && i < LIST_TRIES; i++) {
		vard_varlist_free(ret);
		r = vard_source_info(s, &before);
		if (r == 0)
			r = walk_once(s, w, ret);
		if (r == 0)
			r = vard_source_info(s, &after);
		if (r == 0 && before.seq != after.seq)
			r = -EAGAIN;
	}
	return r;
}

int vard_source_list(struct vard_source *s, struct vard_varlist *ret)
{
	struct walk *w = calloc(1, sizeof(*w));
	int r;

	*ret = (struct vard_varlist){ 0 };
	if (!w)
		return -ENOMEM;
	r = walk_store(s, w, ret);
	if (r < 0)
		vard_varlist_free(ret);
	free(w->data);
	free(w);
	return r;
}

int vard_source_set_config(struct vard_source *s,
			   const struct kvm_uefivars_config *config)
{
	struct kvm_uefivars_set_config arg = { .size = sizeof(arg),
					       .config = *config };

	return call(s->fd, KVM_UEFIVARS_SET_CONFIG, &arg);
}

int vard_source_configure(struct vard_source *s, const struct vard_vm *vm)
{
	struct kvm_uefivars_store_info info;
	int r = vard_source_info(s, &info);

	if (r < 0)
		return r;
	info.config.durability = vm->durability;
	info.config.options = vm->options;
	info.config.change_rate = vm->change_rate;
	info.config.change_burst = vm->change_burst;
	return vard_source_set_config(s, &info.config);
}

int vard_source_stats(struct vard_source *s,
		      struct kvm_uefivars_store_stats *stats)
{
	*stats = (struct kvm_uefivars_store_stats){ .size = sizeof(*stats) };
	return call(s->fd, KVM_UEFIVARS_STORE_STATS, stats);
}

int vard_source_freeze(struct vard_source *s)
{
	struct kvm_uefivars_freeze arg = { .size = sizeof(arg) };

	return call(s->fd, KVM_UEFIVARS_FREEZE, &arg);
}

void vard_source_thaw(struct vard_source *s)
{
	struct kvm_uefivars_freeze arg = { .size = sizeof(arg) };
	int r = call(s->fd, KVM_UEFIVARS_THAW, &arg);

	if (r < 0)
		vard_log(LOG_ERR, "VM %s: store %llu stays frozen: %s",
			 s->vm.name, (unsigned long long)s->store_id,
			 strerror(-r));
}

int vard_source_save(struct vard_source *s, void **ret, size_t *ret_len)
{
	struct kvm_uefivars_state arg = {
		.size = sizeof(arg),
		.flags = KVM_UEFIVARS_STATE_VARIABLES,
	};
	_cleanup_free_ void *data = NULL;
	int r = call(s->fd, KVM_UEFIVARS_SAVE_STATE, &arg);

	if (r != -EMSGSIZE)
		return r < 0 ? r : -EBADMSG;
	if (arg.len > BATCH_MAX)
		return -EFBIG;
	data = malloc(arg.len);
	if (!data)
		return -ENOMEM;
	arg.data = address(data);
	r = call(s->fd, KVM_UEFIVARS_SAVE_STATE, &arg);
	if (r < 0)
		return r;
	*ret = kuv_steal_ptr(data);
	*ret_len = arg.len;
	return 0;
}

int vard_source_restore(struct vard_source *s, const void *data, size_t len,
			uint32_t flags)
{
	struct kvm_uefivars_state arg = {
		.size = sizeof(arg),
		.flags = flags,
		.data = address(data),
		.len = len,
	};

	return call(s->fd, KVM_UEFIVARS_RESTORE_STATE, &arg);
}

int vard_source_open_port(struct vard_source *s)
{
	struct kvm_uefivars_open_port arg = { .size = sizeof(arg) };
	int r = call(s->fd, KVM_UEFIVARS_OPEN_PORT, &arg);

	if (r < 0)
		return r;
	s->has_port = true;
	return arg.fd;
}

static int grow(struct vard_buffer *buf, uint64_t size)
{
	void *p;

	if (size <= buf->size)
		return 0;
	if (size > BATCH_MAX)
		return -EMSGSIZE;
	p = realloc(buf->data, (size_t)size);
	if (!p)
		return -ENOMEM;
	buf->data = p;
	buf->size = (size_t)size;
	return 0;
}

/* Returns bytes read, 0 if there is nothing, or -errno. */
static ssize_t read_batch(struct vard_source *s, struct vard_buffer *buf)
{
	int r = grow(buf, s->batch_size_max);
	ssize_t n;

	if (r < 0)
		return r;
	do
		n = read(s->fd, buf->data, buf->size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	return n;
}

int vard_source_read(struct vard_source *s, struct vard_buffer *buf,
		     struct vard_batch *b)
{
	ssize_t n = read_batch(s, buf);
	const char *reason;

	if (n == -EMSGSIZE) {
		/* Larger limits since the last look. */
		struct kvm_uefivars_store_info info;
		int r = vard_source_info(s, &info);

		if (r < 0)
			return r;
		n = read_batch(s, buf);
	}
	if (n <= 0)
		return (int)n;
	reason = vard_batch_init(b, buf->data, (size_t)n);
	if (!reason)
		return 1;
	vard_log(LOG_ERR,
		 "VM %s: the module gave a malformed batch (%s); is vard-sync as new as the module?",
		 s->vm.name, reason);
	return -EBADMSG;
}

int vard_source_ack(struct vard_source *s, uint64_t seq, bool is_durable)
{
	struct kvm_uefivars_ack arg = {
		.size = sizeof(arg),
		.flags = is_durable ? 0 : KVM_UEFIVARS_ACK_FAILED,
		.seq = seq,
	};

	return call(s->fd, KVM_UEFIVARS_ACK, &arg);
}
