# SPDX-License-Identifier: GPL-2.0
# Objects of the core, relative to kernel/kvm-uefivars; for every build of it.
kuv-core-objs := core/der.o core/x509_name.o core/x509.o core/x509_ext.o \
		 core/pkcs7.o core/pkcs7_chain.o core/siglist.o \
		 core/buf.o core/limits.o core/vartab.o core/vardb.o \
		 core/policy.o \
		 core/varcheck.o core/varcheck_names.o core/varcheck_content.o \
		 core/own.o core/certdb.o core/mode.o \
		 core/group.o core/auth.o core/mor.o core/lang.o \
		 core/image.o core/image_rows.o \
		 core/set.o core/service.o core/boot.o core/mm.o core/mm_policy.o \
		 core/rate.o
