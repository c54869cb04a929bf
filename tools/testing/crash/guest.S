/* SPDX-License-Identifier: GPL-2.0 */
/* The writing guest as a BIOS: from the reset vector to flat 32-bit C. */
#include "guest.h"

	.section .text.start, "ax"
	.code16
	.globl start16
start16:
	cli
	cld
	lgdtl	%cs:gdt_ptr - start16
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$8, $start32

	.code32
start32:
	movw	$16, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movl	$GUEST_STACK_ADDR, %esp
	call	guest_main
1:	hlt
	jmp	1b

	.balign 8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
gdt_ptr:
	.word	. - gdt - 1
	.long	gdt

	.section .reset, "ax"
	.code16
	/* At 0xfffffff0; the code segment begins at 0xffff0000. */
	jmp	start16
	.balign	16, 0xf4

	.section .note.GNU-stack, "", @progbits
