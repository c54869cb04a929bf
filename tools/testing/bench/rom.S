/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The measuring guest as the firmware of a PC: from the reset vector to protected
 * mode, the image to where the reference VMM has it, and in. QEMU maps these 64 KiB
 * at the end of the 4 GiB.
 */

#include "job.h"

	.section .text, "ax"
	.code32
rom:
	.incbin IMAGE
	.balign 16
rom_end:
flat:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	mov	%eax, %ss
	mov	$BENCH_STACK_ADDR, %esp
	cld
	mov	$0xffff0000, %esi
	mov	$BENCH_IMAGE_ADDR, %edi
	mov	$(rom_end - rom), %ecx
	rep movsb
	/* The number of the vCPU. */
	xor	%eax, %eax
	mov	$BENCH_IMAGE_ADDR, %edx
	jmp	*%edx

	.balign 8
gdt:
	.quad	0
	.quad	0x00cf9b000000ffff	/* 8: code */
	.quad	0x00cf93000000ffff	/* 16: data */
gdt_ptr:
	.word	gdt_ptr - gdt - 1
	.long	0xffff0000 + (gdt - rom)

	.code16
real:
	cli
	lgdtl	%cs:(gdt_ptr - rom)
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmpl	$8, $(0xffff0000 + (flat - rom))

	/* The first instruction after a reset. */
	.org	0xfff0
	jmp	real
	.org	0x10000

	.section .note.GNU-stack, "", @progbits
