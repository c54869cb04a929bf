// SPDX-License-Identifier: GPL-2.0
/* KVM_CAP_UEFI_VARS: a device on the VM's bus, in front of a port's mailbox. */
#include "kvm_cap.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include <kvm/iodev.h>

#include <linux/kvm_uefivars.h>
#include <linux/kvm_uefivars_mailbox.h>

#include "chardev.h"
#include "compat.h"
#include "kvm_mem.h"
#include "kvm_sym.h"
#include "port.h"

/* Bytes of the page that the guest has for the registers. */
#define KUV_KVM_LEN	4096

/* How often, and how long each time, a read of data waits for the port. */
#define KUV_KVM_TRIES	40
#define KUV_KVM_TRY_US	25

/**
 * struct kuv_kvm - a port on a VM's bus
 * @dev: what KVM calls
 * @port: the port; it outlives the hook
 * @kvm: the VM, with a reference until kuv_kvm_release()
 * @base: where the page is
 * @mem: the VM's memory
 * @is_hooked: @dev is on the bus
 * @is_live: accesses are answered; before that they are the VMM's
 */
struct kuv_kvm {
	struct kvm_io_device dev;
	struct kuv_port *port;
	struct kvm *kvm;
	u64 base;
	struct kuv_kvm_mem mem;
	bool is_hooked;
	bool is_live;
};

static bool kuv_kvm_is_there;

u64 kuv_kvm_caps(void)
{
	return kuv_kvm_is_there ? KVM_UEFIVARS_CAP_KVM : 0;
}

/*
 * Everything from here to kuv_kvm_ops_dev runs in a vCPU's thread with
 * kvm->srcu held: memory slots cannot change before it returns. So nothing
 * waits here for the disk or for another vCPU's request; only kuv_kvm_lock_soon()
 * waits at all, for some milliseconds at most.
 */

/* Let the thread do it that has left kvm->srcu, before the guest goes on. */
static void kuv_kvm_ring(struct kuv_port *port, u32 offset, u32 len, u64 data)
{
	struct kuv_ring *ring = kuv_rings_take(&port->rings);

	if (unlikely(!ring)) {
		kuv_mailbox_set_status(&port->mailbox, KVM_UEFIVARS_STS_UNKNOWN);
		return;
	}
	ring->offset = offset;
	ring->len = len;
	ring->data = data;
	kuv_ring_start(ring);
}

/* Whether a command takes long, or touches guest memory. */
static bool kuv_kvm_is_slow(u16 cmd)
{
	return cmd == KVM_UEFIVARS_CMD_DMA_MM || cmd == KVM_UEFIVARS_CMD_PIO_MM;
}

static void kuv_kvm_command(struct kuv_port *port, u16 cmd)
{
	kuv_mailbox_set_status(&port->mailbox, KVM_UEFIVARS_STS_BUSY);
	kuv_kvm_ring(port, KVM_UEFIVARS_REG_CMD_STS,
		     cmd == KVM_UEFIVARS_CMD_DMA_MM ? 0 : 2, cmd);
}

static void kuv_kvm_write_register(struct kuv_port *port, u32 offset, u32 len,
				   const void *val)
{
	__le64 raw = 0;
	u64 data;

	memcpy(&raw, val, min_t(u32, len, sizeof(raw)));
	data = le64_to_cpu(raw);
	if (unlikely(!mutex_trylock(&port->lock))) {
		kuv_kvm_ring(port, offset, len, data);
		return;
	}
	kuv_mailbox_write(&port->mailbox, offset, len, data);
	mutex_unlock(&port->lock);
}

static int kuv_kvm_write(struct kvm_vcpu *vcpu, struct kvm_io_device *dev,
			 gpa_t addr, int len, const void *val)
{
	struct kuv_kvm *kk = container_of(dev, struct kuv_kvm, dev);
	u32 offset = addr - kk->base;

	if (unlikely(!smp_load_acquire(&kk->is_live)))
		return -EOPNOTSUPP;
	atomic64_inc(&kk->port->nr_kvm);
	if (offset == KVM_UEFIVARS_REG_CMD_STS && len == 2 &&
	    kuv_kvm_is_slow(get_unaligned_le16(val)))
		kuv_kvm_command(kk->port, get_unaligned_le16(val));
	else
		kuv_kvm_write_register(kk->port, offset, len, val);
	return 0;
}

/*
 * A well-behaved guest uses a lock, so the port is held by a command of the
 * VMM or of the daemon, and those are short. Unlike a write a read cannot be
 * done later: give them a moment.
 */
static bool kuv_kvm_lock_soon(struct kuv_port *port)
{
	int i;

	for (i = 0; i < KUV_KVM_TRIES; i++) {
		if (likely(mutex_trylock(&port->lock)))
			return true;
		if (fatal_signal_pending(current))
			break;
		usleep_range(KUV_KVM_TRY_US, 2 * KUV_KVM_TRY_US);
	}
	return false;
}

static u64 kuv_kvm_read_data(struct kuv_port *port, u32 len)
{
	u64 data;

	if (!kuv_kvm_lock_soon(port))
		return ~0ULL;
	data = kuv_mailbox_read(&port->mailbox, KVM_UEFIVARS_REG_PIO_DATA, len);
	mutex_unlock(&port->lock);
	return data;
}

static int kuv_kvm_read(struct kvm_vcpu *vcpu, struct kvm_io_device *dev,
			gpa_t addr, int len, void *val)
{
	struct kuv_kvm *kk = container_of(dev, struct kuv_kvm, dev);
	u32 offset = addr - kk->base;
	__le64 raw;

	if (unlikely(!smp_load_acquire(&kk->is_live)))
		return -EOPNOTSUPP;
	atomic64_inc(&kk->port->nr_kvm);
	/* All but the data is a page that the guest might as well have mapped. */
	raw = cpu_to_le64(offset == KVM_UEFIVARS_REG_PIO_DATA ?
			  kuv_kvm_read_data(kk->port, len) :
			  kuv_mailbox_read(&kk->port->mailbox, offset, len));
	memcpy(val, &raw, min_t(u32, len, sizeof(raw)));
	return 0;
}

static const struct kvm_io_device_ops kuv_kvm_ops_dev = {
	.read = kuv_kvm_read,
	.write = kuv_kvm_write,
};

/* KVM's bus takes devices that overlap, and asks the first one only. */
static bool kuv_kvm_overlaps(struct kvm *kvm, u64 base)
{
	const struct kvm_io_bus *bus = kvm_get_bus(kvm, KVM_MMIO_BUS);
	int i;

	lockdep_assert_held(&kvm->slots_lock);
	if (!bus)
		return false;
	for (i = 0; i < bus->dev_count; i++) {
		const struct kvm_io_range *r = &bus->range[i];
		/* An eventfd for any length has 0. */
		u64 len = max(r->len, 1);

		if (r->addr < base + KUV_KVM_LEN && base < r->addr + len)
			return true;
	}
	return false;
}

int kuv_kvm_hook(struct kuv_kvm *kk)
{
	struct kvm *kvm = kk->kvm;
	int ret = -EEXIST;

	kvm_iodevice_init(&kk->dev, &kuv_kvm_ops_dev);
	mutex_lock(&kvm->slots_lock);
	if (!kuv_kvm_overlaps(kvm, kk->base))
		ret = kuv_kvm_sym.register_dev(kvm, KVM_MMIO_BUS, kk->base,
					       KUV_KVM_LEN, &kk->dev);
	mutex_unlock(&kvm->slots_lock);
	kk->is_hooked = !ret;
	return ret;
}

void kuv_kvm_go(struct kuv_kvm *kk)
{
	smp_store_release(&kk->is_live, true);
}

void kuv_kvm_unhook(struct kuv_kvm *kk)
{
	if (!kk || !kk->is_hooked)
		return;
	mutex_lock(&kk->kvm->slots_lock);
	/* Without memory for a smaller bus KVM removes all of it, ours too. */
	kuv_kvm_sym.unregister_dev(kk->kvm, KVM_MMIO_BUS, &kk->dev);
	mutex_unlock(&kk->kvm->slots_lock);
	kk->is_hooked = false;
}

void kuv_kvm_release(struct kuv_kvm *kk)
{
	if (!kk)
		return;
	kuv_kvm_sym.put_kvm(kk->kvm);
	kk->kvm = NULL;
}

void kuv_kvm_free(struct kuv_kvm *kk)
{
	kfree(kk);
}

struct kuv_guest_mem *kuv_kvm_mem(struct kuv_kvm *kk)
{
	return &kk->mem.mem;
}

static struct kuv_kvm *kuv_kvm_create(struct kvm *kvm, struct kuv_port *port,
				      u64 base)
{
	struct kuv_kvm *kk = kzalloc(sizeof(*kk), GFP_KERNEL_ACCOUNT);

	if (!kk)
		return NULL;
	kuv_kvm_sym.get_kvm(kvm);
	kk->kvm = kvm;
	kk->port = port;
	kk->base = base;
	kuv_kvm_mem_init(&kk->mem, kvm, &port->mem.dirty);
	return kk;
}

/* KVM_ENABLE_CAP; the descriptor behind @file keeps the port alive. */
static int kuv_kvm_enable(struct kvm *kvm, struct file *file, u64 base,
			  u64 flags)
{
	struct kuv_port *port = kuv_port_of_file(file);
	struct kuv_port_how how = { .eventfd = -1, .flags = flags };
	int ret;

	if (!port || flags & ~(u64)KVM_UEFIVARS_ATTACH_PIO)
		return -EINVAL;
	if (!IS_ALIGNED(base, KUV_KVM_LEN) || base + KUV_KVM_LEN < base)
		return -EINVAL;
	/* As KVM has it, which looked before. */
	if (kvm->mm != current->mm)
		return -EIO;
	how.kvm = kuv_kvm_create(kvm, port, base);
	if (!how.kvm)
		return -ENOMEM;
	ret = kuv_port_attach(port, &how);
	if (ret) {
		kuv_kvm_release(how.kvm);
		kuv_kvm_free(how.kvm);
	}
	return ret;
}

static const struct kvm_uefi_vars_ops kuv_kvm_ops = {
	.owner = THIS_MODULE,
	.version = KVM_UEFIVARS_ABI,
	.enable = kuv_kvm_enable,
};

void kuv_kvm_module_init(void)
{
	if (kuv_kvm_sym_get())
		return;
	if (kuv_kvm_sym.uefi_vars_register(&kuv_kvm_ops)) {
		pr_warn("KVM_CAP_UEFI_VARS is taken by another module\n");
		kuv_kvm_sym_put();
		return;
	}
	kuv_kvm_is_there = true;
}

void kuv_kvm_module_exit(void)
{
	if (!kuv_kvm_is_there)
		return;
	kuv_kvm_sym.uefi_vars_unregister(&kuv_kvm_ops);
	kuv_kvm_sym_put();
}
