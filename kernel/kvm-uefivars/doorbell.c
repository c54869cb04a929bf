// SPDX-License-Identifier: GPL-2.0
/* The doorbell: from the eventfd's wake-up to a request in the ringing thread. */
#include "doorbell.h"

#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/fs.h>

#include <linux/kvm_uefivars_mailbox.h>

#include "port.h"

static int kuv_doorbell_wake(wait_queue_entry_t *wait, unsigned int mode,
			     int sync, void *key)
{
	struct kuv_doorbell *db = container_of(wait, struct kuv_doorbell, wait);
	struct kuv_port *port = container_of(db, struct kuv_port, doorbell);
	struct kuv_ring *ring;
	u64 count;

	/* The VMM may close its descriptor: KVM and @db->ctx keep the eventfd. */
	if (!(key_to_poll(key) & EPOLLIN))
		return 0;
	eventfd_ctx_do_read(db->ctx, &count);
	ring = kuv_rings_take(&port->rings);
	if (unlikely(!ring)) {
		kuv_mailbox_set_status(&port->mailbox, KVM_UEFIVARS_STS_UNKNOWN);
		return 0;
	}
	kuv_mailbox_set_status(&port->mailbox, KVM_UEFIVARS_STS_BUSY);
	kuv_ring_start(ring);
	return 0;
}

static void kuv_doorbell_queue_proc(struct file *file, wait_queue_head_t *head,
				    poll_table *table)
{
	struct kuv_doorbell *db = container_of(table, struct kuv_doorbell,
					       table);

	add_wait_queue(head, &db->wait);
}

int kuv_doorbell_open(struct kuv_doorbell *db, int fd)
{
	struct file *file = eventfd_fget(fd);

	if (IS_ERR(file))
		return -EINVAL;
	db->ctx = eventfd_ctx_fileget(file);
	if (IS_ERR(db->ctx)) {
		db->ctx = NULL;
		fput(file);
		return -EINVAL;
	}
	db->file = file;
	return 0;
}

void kuv_doorbell_hook(struct kuv_doorbell *db)
{
	init_waitqueue_func_entry(&db->wait, kuv_doorbell_wake);
	init_poll_funcptr(&db->table, kuv_doorbell_queue_proc);
	/* Signals from before are of no interest: the VM is new. */
	vfs_poll(db->file, &db->table);
	fput(db->file);
	db->file = NULL;
}

void kuv_doorbell_unhook(struct kuv_doorbell *db)
{
	u64 count;

	if (!db->ctx)
		return;
	if (db->file)
		fput(db->file); /* never hooked */
	else
		eventfd_ctx_remove_wait_queue(db->ctx, &db->wait, &count);
	eventfd_ctx_put(db->ctx);
	db->file = NULL;
	db->ctx = NULL;
}
