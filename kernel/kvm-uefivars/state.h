/* SPDX-License-Identifier: GPL-2.0 */
/* All of a machine as an image: saved from and restored to store and port. */
#ifndef _KUV_STATE_H
#define _KUV_STATE_H

#include <linux/types.h>

struct kuv_store;

/*
 * No image is longer: two pools of the module's largest size, whose entries take
 * up less than twice what they are charged, and tables of fixed bounds.
 */
#define KUV_STATE_LEN_MAX	(4 * KUV_POOL_MAX + (1ULL << 20))

/**
 * kuv_state_save() - make an image of a store and of the machine it serves
 * @store: store
 * @variables: with the non-volatile variables
 * @room: most bytes the image may have
 * @ret_image: image, to be kvfree()d
 * @ret_len: bytes of it, also with -EMSGSIZE
 *
 * Waits for a request that is under way.
 *
 * Context: Process, nothing locked. Killable.
 * Return: 0, -EMSGSIZE, -ENOMEM, or -EINTR (being killed).
 */
int kuv_state_save(struct kuv_store *store, bool variables, u64 room,
		   void **ret_image, u64 *ret_len);

/**
 * kuv_state_restore() - put an image in force, all of it or nothing
 * @store: store
 * @variables: replace the non-volatile variables
 * @image: image, private memory
 * @len: bytes of it
 *
 * Context: Process, nothing locked. Killable.
 * Return: 0; -EBADMSG, -ENOSPC or -ENODATA as kuv_image_read(); -ENODATA if
 * there is no machine in the image and @variables is false; -EINVAL if there
 * is no port for it, likewise; -ENOMEM; -EINTR (being killed).
 */
int kuv_state_restore(struct kuv_store *store, bool variables,
		      const void *image, u64 len);

/**
 * kuv_state_freeze() - serve no guest until kuv_store_thaw()
 * @store: store
 *
 * No request is under way when this returns.
 *
 * Context: Process, nothing locked. Killable.
 * Return: 0, also if it is frozen already; -EBUSY (a VM runs), or -EINTR (being
 * killed).
 */
int kuv_state_freeze(struct kuv_store *store);

#endif /* _KUV_STATE_H */
