/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: what guests ask, and what becomes of their changes. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kvm_uefivars

#if !defined(_KUV_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _KUV_TRACE_H

#include <linux/tracepoint.h>

/* A message was answered. */
TRACE_EVENT(kvm_uefivars_request,
	TP_PROTO(u64 store, u32 protocol, u64 function, u64 status, u16 sts,
		 u32 len),
	TP_ARGS(store, protocol, function, status, sts, len),
	TP_STRUCT__entry(
		__field(u64, store)
		__field(u64, function)
		__field(u64, status)
		__field(u32, protocol)
		__field(u32, len)
		__field(u16, sts)
	),
	TP_fast_assign(
		__entry->store = store;
		__entry->function = function;
		__entry->status = status;
		__entry->protocol = protocol;
		__entry->len = len;
		__entry->sts = sts;
	),
	TP_printk("store=%llu protocol=%u function=%llu status=%#llx sts=%#x len=%u",
		  __entry->store, __entry->protocol, __entry->function,
		  __entry->status, __entry->sts, __entry->len)
);

/* A non-volatile variable changed. */
TRACE_EVENT(kvm_uefivars_change,
	TP_PROTO(u64 store, u64 seq),
	TP_ARGS(store, seq),
	TP_STRUCT__entry(
		__field(u64, store)
		__field(u64, seq)
	),
	TP_fast_assign(
		__entry->store = store;
		__entry->seq = seq;
	),
	TP_printk("store=%llu seq=%llu", __entry->store, __entry->seq)
);

/* Changes were read. */
TRACE_EVENT(kvm_uefivars_batch,
	TP_PROTO(u64 store, u64 seq, u32 records, u64 len),
	TP_ARGS(store, seq, records, len),
	TP_STRUCT__entry(
		__field(u64, store)
		__field(u64, seq)
		__field(u64, len)
		__field(u32, records)
	),
	TP_fast_assign(
		__entry->store = store;
		__entry->seq = seq;
		__entry->len = len;
		__entry->records = records;
	),
	TP_printk("store=%llu seq=%llu records=%u len=%llu", __entry->store,
		  __entry->seq, __entry->records, __entry->len)
);

/* Changes were acknowledged or reported as failed, @us after the last read. */
TRACE_EVENT(kvm_uefivars_ack,
	TP_PROTO(u64 store, u64 seq, bool failed, u64 us),
	TP_ARGS(store, seq, failed, us),
	TP_STRUCT__entry(
		__field(u64, store)
		__field(u64, seq)
		__field(u64, us)
		__field(bool, failed)
	),
	TP_fast_assign(
		__entry->store = store;
		__entry->seq = seq;
		__entry->us = us;
		__entry->failed = failed;
	),
	TP_printk("store=%llu seq=%llu failed=%d us=%llu", __entry->store,
		  __entry->seq, __entry->failed, __entry->us)
);

/* A guest waited for the acknowledgement of its change; @result: 0 or -errno. */
TRACE_EVENT(kvm_uefivars_wait,
	TP_PROTO(u64 store, u64 seq, u64 us, int result),
	TP_ARGS(store, seq, us, result),
	TP_STRUCT__entry(
		__field(u64, store)
		__field(u64, seq)
		__field(u64, us)
		__field(int, result)
	),
	TP_fast_assign(
		__entry->store = store;
		__entry->seq = seq;
		__entry->us = us;
		__entry->result = result;
	),
	TP_printk("store=%llu seq=%llu us=%llu result=%d", __entry->store,
		  __entry->seq, __entry->us, __entry->result)
);

/* A guest was over its rate and held back. */
TRACE_EVENT(kvm_uefivars_throttle,
	TP_PROTO(u64 store, u64 seq, u64 us),
	TP_ARGS(store, seq, us),
	TP_STRUCT__entry(
		__field(u64, store)
		__field(u64, seq)
		__field(u64, us)
	),
	TP_fast_assign(
		__entry->store = store;
		__entry->seq = seq;
		__entry->us = us;
	),
	TP_printk("store=%llu seq=%llu us=%llu", __entry->store, __entry->seq,
		  __entry->us)
);

/* A guest was told DEVICE_ERROR: no acknowledgement in time, or a failed one. */
TRACE_EVENT(kvm_uefivars_timeout,
	TP_PROTO(u64 store, u64 seq, bool failed),
	TP_ARGS(store, seq, failed),
	TP_STRUCT__entry(
		__field(u64, store)
		__field(u64, seq)
		__field(bool, failed)
	),
	TP_fast_assign(
		__entry->store = store;
		__entry->seq = seq;
		__entry->failed = failed;
	),
	TP_printk("store=%llu seq=%llu failed=%d", __entry->store, __entry->seq,
		  __entry->failed)
);

#endif /* _KUV_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
