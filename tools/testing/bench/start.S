/* SPDX-License-Identifier: GPL-2.0-or-later */
/* First instruction of the measuring guest: EAX has the vCPU, ESP its stack. */

	.section .text.start, "ax"
	.globl _start
_start:
	cld
	push	%eax
	call	guest_main
1:	hlt
	jmp	1b

	.section .note.GNU-stack, "", @progbits
