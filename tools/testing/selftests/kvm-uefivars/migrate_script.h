/* SPDX-License-Identifier: GPL-2.0 */
/* What migrate_test.c and its guest tell each other through guest memory. */
#ifndef _KUV_MIGRATE_SCRIPT_H
#define _KUV_MIGRATE_SCRIPT_H

#define SCRIPT_RAM_LEN		0x400000
#define SCRIPT_IMAGE_ADDR	0x100000
#define SCRIPT_STACK_ADDR	0x90000
#define SCRIPT_PROGRESS_ADDR	0x8000
#define SCRIPT_MAILBOX_ADDR	0x200000
#define SCRIPT_STEPS_ADDR	0x240000
#define SCRIPT_SIGNED_ADDR	0x300000
#define SCRIPT_STEP_LEN		0x1000
#define SCRIPT_MESSAGE_LEN	(SCRIPT_STEP_LEN - 64)

/* The data of the message starts with the number of the round. */
#define STEP_PUT_ROUND		(1U << 0)
/* The data of the reply starts with that number, or the one before. */
#define STEP_WANT_ROUND		(1U << 1)
#define STEP_WANT_LAST		(1U << 2)
/* The data of the reply starts with the number of signed writes made. */
#define STEP_WANT_SIGNED	(1U << 3)
/* The data of the reply starts with @want. */
#define STEP_WANT_DATA		(1U << 4)
/* Not this message: the next signed one, if there is one, in some rounds. */
#define STEP_SIGNED		(1U << 5)
#define SCRIPT_SIGNED_EVERY	4

/**
 * struct script_step - one call and what must come of it
 * @len: bytes of @message, 0 behind the last step
 * @flags: STEP_*
 * @status: EFI_STATUS: bit 63 as bit 31
 * @status_pos: where the reply has it
 * @data_pos: where message and reply have their data
 * @want_len: bytes of @want
 * @want: data the reply must have
 * @repeat: rings without touching the message before the answer is looked at
 * @message: as it is sent first
 */
struct script_step {
	unsigned int len;
	unsigned int flags;
	unsigned int status;
	unsigned int status_pos;
	unsigned int data_pos;
	unsigned int want_len;
	unsigned char want[8];
	unsigned int repeat;
	unsigned int pad[7];
	unsigned char message[SCRIPT_MESSAGE_LEN];
};

/**
 * struct script_progress - what the guest did, in its memory
 * @rounds: times all steps were made
 * @nr_signed: signed writes that were accepted
 * @nr_bad: wrong answers
 * @bad_line: line of migrate_guest.c that saw the first one
 * @bad_step: in which step
 * @bad_value: what it saw
 */
struct script_progress {
	unsigned int rounds;
	unsigned int nr_signed;
	unsigned int nr_bad;
	unsigned int bad_line;
	unsigned int bad_step;
	unsigned int bad_value;
};

#endif /* _KUV_MIGRATE_SCRIPT_H */
