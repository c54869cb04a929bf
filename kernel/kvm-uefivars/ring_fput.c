// SPDX-License-Identifier: GPL-2.0
/* Back end of rings that uses nothing but fput(): it queues task work by itself. */
#include "ring.h"

#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>

/* The last reference of a ring's file is gone: this is the request. */
static int kuv_ring_file_release(struct inode *inode, struct file *file)
{
	struct kuv_ring *ring = file->private_data;

	if (ring)
		kuv_ring_run(ring);
	return 0;
}

/* The owner keeps the module loaded until the kernel has left release(). */
static const struct file_operations kuv_ring_fops = {
	.owner = THIS_MODULE,
	.release = kuv_ring_file_release,
};

u64 kuv_ring_caps(void)
{
	return 0;
}

int kuv_ring_prepare(struct kuv_ring *ring)
{
	struct file *file;

	if (ring->file)
		return 0; /* the last request went another way */
	file = anon_inode_getfile("[kvm-uefivars-ring]", &kuv_ring_fops, NULL,
				  O_RDONLY);
	if (IS_ERR(file))
		return PTR_ERR(file);
	ring->file = file;
	return 0;
}

bool kuv_ring_queue(struct kuv_ring *ring)
{
	struct file *file = ring->file;

	if (!file)
		return false;
	/* Nothing may touch the ring after fput(): it may be in use again. */
	ring->file = NULL;
	file->private_data = ring;
	fput(file);
	return true;
}

void kuv_ring_discard(struct kuv_ring *ring)
{
	if (ring->file)
		fput(ring->file);
	ring->file = NULL;
}
