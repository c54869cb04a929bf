// SPDX-License-Identifier: GPL-2.0
/* One mistake of each kind that the debug kernel is there to find. Cannot be unloaded. */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spin);

/* What the compiler must not see through. */
static unsigned int too_far = 8;
static unsigned int too_wide = 40;
static unsigned int seen;

static noinline void kuv_planted_leak(void)
{
	u8 *lost = kzalloc(300, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(lost);
}

static noinline void kuv_planted_inversion(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static noinline void kuv_planted_sleep(void)
{
	spin_lock(&spin);
	might_sleep();
	spin_unlock(&spin);
}

static noinline void kuv_planted_overrun(void)
{
	u8 *p = kmalloc(8, GFP_KERNEL);

	if (!p)
		return;
	seen += READ_ONCE(p[READ_ONCE(too_far)]);
	kfree(p);
}

static noinline void kuv_planted_shift(void)
{
	seen += 1U << READ_ONCE(too_wide);
}

static int __init kuv_planted_init(void)
{
	/* First: lockdep ends with the first report of anybody. */
	kuv_planted_inversion();
	kuv_planted_leak();
	kuv_planted_shift();
	kuv_planted_overrun();
	kuv_planted_sleep();
	/* Addresses in reports have names as long as this is loaded. */
	__module_get(THIS_MODULE);
	return 0;
}
module_init(kuv_planted_init);

MODULE_DESCRIPTION("Mistakes on purpose, for the debug kernel's own test");
MODULE_LICENSE("GPL");
