/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Input of fuzz_image: how to use an image, then the image. */
#ifndef _FUZZ_IMAGE_INPUT_H
#define _FUZZ_IMAGE_INPUT_H

#include <linux/types.h>

/* Bits of image_input.flags. */
#define IMAGE_VARIABLES	1	/* take its non-volatile variables */
#define IMAGE_MACHINE	2	/* take its machine, if it has one */
#define IMAGE_USED	4	/* the service has a past */
#define IMAGE_SMALL	8	/* the service has narrow limits */

/**
 * struct image_input - what stands in front of the image
 * @flags: IMAGE_*
 * @fail_nth: allocation of the read that fails, 0 for none
 * @messages: which messages the guest sends afterwards
 */
struct image_input {
	u8 flags;
	u8 fail_nth;
	u8 messages;
};

#endif /* _FUZZ_IMAGE_INPUT_H */
