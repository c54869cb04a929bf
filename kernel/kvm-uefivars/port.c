// SPDX-License-Identifier: GPL-2.0
/* The port: one VM's mailbox, its memory and who may drive them. */
#include "port.h"

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include <linux/kvm_uefivars_mailbox.h>

#include "compat.h"
#include "kvm_cap.h"
#include "store.h"

/* Ports may outlive their descriptors by the requests under way. */
static atomic_t kuv_ports_nr = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(kuv_ports_gone);
/* There are many, and kmalloc() would round each one up. */
static struct kmem_cache *kuv_port_cache;

int kuv_port_module_init(void)
{
	kuv_port_cache = KMEM_CACHE(kuv_port, SLAB_ACCOUNT);
	return kuv_port_cache ? 0 : -ENOMEM;
}

static void kuv_port_release(struct kref *ref)
{
	struct kuv_port *port = container_of(ref, struct kuv_port, ref);

	kuv_rings_exit(&port->rings);
	kuv_mailbox_exit(&port->mailbox);
	kuv_mem_table_exit(&port->mem);
	kuv_kvm_free(port->kvm);
	if (port->mm)
		mmdrop(port->mm);
	kuv_store_put(port->store);
	mutex_destroy(&port->lock);
	kmem_cache_free(kuv_port_cache, port);
	if (atomic_dec_and_test(&kuv_ports_nr))
		wake_up_all(&kuv_ports_gone);
}

void kuv_port_get(struct kuv_port *port)
{
	kref_get(&port->ref);
}

void kuv_port_put(struct kuv_port *port)
{
	kref_put(&port->ref, kuv_port_release);
}

int kuv_port_create(struct kuv_store *store, u32 rights,
		    struct kuv_port **ret_port)
{
	struct kuv_port *port;
	int ret;

	port = kmem_cache_zalloc(kuv_port_cache, GFP_KERNEL_ACCOUNT);
	if (!port)
		return -ENOMEM;
	kuv_mem_table_init(&port->mem);
	ret = kuv_mailbox_init(&port->mailbox, store, &port->mem.mem);
	if (ret)
		goto err_alloc;
	port->store = store;
	port->rights = rights;
	kref_init(&port->ref);
	mutex_init(&port->lock);
	/* The store's holder may use it from here on, and hold it. */
	kuv_store_get(store);
	atomic_inc(&kuv_ports_nr);
	ret = kuv_store_port_open(store, port);
	if (ret)
		goto err_port;
	*ret_port = port;
	return 0;

err_port:
	kuv_port_put(port);
	return ret;
err_alloc:
	kmem_cache_free(kuv_port_cache, port);
	return ret;
}

void kuv_port_module_drain(void)
{
	wait_event(kuv_ports_gone, !atomic_read(&kuv_ports_nr));
}

void kuv_port_module_exit(void)
{
	kmem_cache_destroy(kuv_port_cache);
}

void kuv_port_publish(struct kuv_port *port)
{
	port->is_published = true;
}

void kuv_port_close(struct kuv_port *port)
{
	kuv_doorbell_unhook(&port->doorbell);
	kuv_kvm_unhook(port->kvm);
	/*
	 * Waits for a request that runs, not for one that is queued: that may
	 * be behind this very call in the same thread.
	 */
	mutex_lock(&port->lock);
	port->is_closed = true;
	mutex_unlock(&port->lock);
	/* Nobody touches guest memory any more: the VM may go. */
	kuv_kvm_release(port->kvm);
	kuv_store_port_closed(port->store, port->is_published);
	kuv_port_put(port);
}

/* Everything of attaching that may fail, the store's part last. */
static int kuv_port_attach_prepare(struct kuv_port *port,
				   const struct kuv_port_how *how)
{
	int ret = 0;

	if (how->kvm || how->eventfd != -1)
		ret = kuv_rings_init(&port->rings, port);
	if (!ret && how->kvm)
		ret = kuv_kvm_hook(how->kvm);
	else if (!ret && how->eventfd != -1)
		ret = kuv_doorbell_open(&port->doorbell, how->eventfd);
	if (ret)
		return ret;
	ret = kuv_store_port_attach(port->store, port->is_restored);
	if (ret) {
		kuv_kvm_unhook(how->kvm);
		kuv_doorbell_unhook(&port->doorbell);
	}
	return ret;
}

static u32 kuv_port_transport(const struct kuv_port_how *how)
{
	if (how->kvm)
		return KVM_UEFIVARS_TRANSPORT_KVM;
	return how->eventfd == -1 ? KVM_UEFIVARS_TRANSPORT_FORWARD :
				    KVM_UEFIVARS_TRANSPORT_DOORBELL;
}

static int kuv_port_attach_locked(struct kuv_port *port,
				  const struct kuv_port_how *how)
{
	int ret;

	lockdep_assert_held(&port->lock);
	if (port->mm)
		return -EBUSY;
	ret = kuv_port_attach_prepare(port, how);
	if (ret)
		return ret;
	mmgrab(current->mm);
	port->mm = current->mm;
	port->transport = kuv_port_transport(how);
	if (!port->is_restored)
		kuv_mailbox_reset(&port->mailbox);
	port->is_restored = false;
	kuv_mailbox_set_flags(&port->mailbox,
			      how->flags & KVM_UEFIVARS_ATTACH_PIO ?
			      KVM_UEFIVARS_FLAG_USE_PIO : 0);
	if (how->eventfd != -1)
		kuv_doorbell_hook(&port->doorbell);
	if (how->kvm) {
		port->kvm = how->kvm;
		port->mailbox.mem = kuv_kvm_mem(how->kvm);
		kuv_kvm_go(how->kvm);
	}
	return 0;
}

int kuv_port_attach(struct kuv_port *port, const struct kuv_port_how *how)
{
	int ret = mutex_lock_killable(&port->lock);

	if (ret)
		return ret;
	ret = kuv_port_attach_locked(port, how);
	mutex_unlock(&port->lock);
	return ret;
}

/* Lock a port for its VMM. */
static int kuv_port_lock(struct kuv_port *port)
{
	int ret = mutex_lock_killable(&port->lock);

	if (ret)
		return ret;
	if (port->mm && port->mm == current->mm)
		return 0;
	mutex_unlock(&port->lock);
	return -EPERM;
}

int kuv_port_set_memory(struct kuv_port *port,
			const struct kvm_uefivars_memory *arg)
{
	int ret = kuv_port_lock(port);

	if (ret)
		return ret;
	ret = port->kvm ? -EINVAL : kuv_mem_table_set(&port->mem, arg);
	mutex_unlock(&port->lock);
	return ret;
}

int kuv_port_mmio(struct kuv_port *port, struct kvm_uefivars_mmio *arg)
{
	int ret = kuv_port_lock(port);

	if (ret)
		return ret;
	port->nr_forwarded++;
	if (arg->flags & KVM_UEFIVARS_MMIO_WRITE)
		kuv_mailbox_write(&port->mailbox, arg->offset, arg->len,
				  arg->data);
	else
		arg->data = kuv_mailbox_read(&port->mailbox, arg->offset,
					     arg->len);
	mutex_unlock(&port->lock);
	return 0;
}

int kuv_port_machine_reset(struct kuv_port *port)
{
	int ret = kuv_port_lock(port);

	if (ret)
		return ret;
	ret = kuv_store_reset(port->store);
	if (!ret) {
		kuv_mailbox_reset(&port->mailbox);
		port->nr_resets++;
	}
	mutex_unlock(&port->lock);
	return ret;
}

int kuv_port_pause(struct kuv_port *port, bool is_departed)
{
	int ret = kuv_port_lock(port);

	if (ret)
		return ret;
	kuv_store_pause(port->store, is_departed);
	mutex_unlock(&port->lock);
	return 0;
}

int kuv_port_resume(struct kuv_port *port)
{
	int ret = kuv_port_lock(port);

	if (ret)
		return ret;
	ret = kuv_store_resume(port->store);
	mutex_unlock(&port->lock);
	return ret;
}

int kuv_port_take_dirty(struct kuv_port *port, struct kvm_uefivars_dirty *arg)
{
	int ret = kuv_port_lock(port);

	if (ret)
		return ret;
	kuv_mem_table_take_dirty(&port->mem, arg);
	mutex_unlock(&port->lock);
	return 0;
}

int kuv_port_info(struct kuv_port *port, struct kvm_uefivars_port_info *info)
{
	struct kuv_store *store = port->store;
	int ret = mutex_lock_killable(&port->lock);

	if (ret)
		return ret;
	info->nr_doorbell = port->nr_doorbell;
	info->nr_foreign = port->nr_foreign;
	info->nr_forwarded = port->nr_forwarded;
	info->nr_resets = port->nr_resets;
	info->transport = port->transport;
	info->reserved = 0;
	info->nr_kvm = atomic64_read(&port->nr_kvm);
	mutex_lock(&store->lock);
	info->state = kuv_store_state(store);
	mutex_unlock(&store->lock);
	info->store_id = store->id;
	mutex_unlock(&port->lock);
	return 0;
}

int kuv_port_mmap(struct kuv_port *port, struct vm_area_struct *vma)
{
	if (vma->vm_end - vma->vm_start != PAGE_SIZE || vma->vm_pgoff ||
	    !(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	/* A child must not keep the port open: it cannot run the VM. */
	kuv_vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_DONTCOPY,
			 VM_MAYWRITE | VM_MAYEXEC);
	return vm_insert_page(vma, vma->vm_start,
			      virt_to_page(port->mailbox.page));
}

/* What a port can do for a ring, and nobody else meanwhile. */
static void kuv_port_answer(struct kuv_port *port, const struct kuv_ring *ring,
			    bool foreign)
{
	lockdep_assert_held(&port->lock);
	if (unlikely(ring->len)) {
		kuv_mailbox_write(&port->mailbox, ring->offset, ring->len,
				  ring->data);
		return;
	}
	if (foreign)
		port->nr_foreign++;
	else
		port->nr_doorbell++;
	kuv_mailbox_command(&port->mailbox, KVM_UEFIVARS_CMD_DMA_MM);
}

void kuv_port_ring(struct kuv_port *port, const struct kuv_ring *ring,
		   bool foreign)
{
	if (mutex_lock_killable(&port->lock)) {
		kuv_mailbox_set_status(&port->mailbox, KVM_UEFIVARS_STS_UNKNOWN);
		return;
	}
	if (likely(!port->is_closed))
		kuv_port_answer(port, ring, foreign);
	mutex_unlock(&port->lock);
}
