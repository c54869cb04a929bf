// SPDX-License-Identifier: GPL-2.0
/* Module init and exit. */
#include <linux/init.h>
#include <linux/module.h>

#include "chardev.h"
#include "crypto.h"
#include "kvm_cap.h"
#include "port.h"
#include "ring.h"
#include "scratch.h"
#include "store.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static int __init kuv_init(void)
{
	int ret = kuv_crypto_init();

	if (ret)
		return ret;
	ret = kuv_store_module_init();
	if (ret)
		goto err_crypto;
	ret = kuv_port_module_init();
	if (ret)
		goto err_store;
	ret = kuv_ring_module_init();
	if (ret)
		goto err_port;
	kuv_kvm_module_init();
	ret = kuv_chardev_init();
	if (ret)
		goto err_kvm;
	return 0;

err_kvm:
	kuv_kvm_module_exit();
	kuv_ring_module_exit();
err_port:
	kuv_port_module_exit();
err_store:
	kuv_store_module_exit();
err_crypto:
	kuv_crypto_exit();
	return ret;
}

static void __exit kuv_exit(void)
{
	kuv_chardev_exit();
	kuv_port_module_drain();
	kuv_kvm_module_exit();
	kuv_scratch_module_exit();
	kuv_ring_module_exit();
	kuv_port_module_exit();
	kuv_store_module_exit();
	kuv_crypto_exit();
}

module_init(kuv_init);
module_exit(kuv_exit);
MODULE_DESCRIPTION("UEFI variable service for KVM guests");
MODULE_LICENSE("GPL");
/* KVM's part is looked for once, when this is loaded. */
MODULE_SOFTDEP("pre: kvm");
