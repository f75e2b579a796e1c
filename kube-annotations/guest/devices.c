/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The devices of a container: the usual ones, and terminals. A zone has more,
 * and who may mknod(2) would have them: roots of other containers, the console,
 * xenbus. Linux asks a program of the control group at each open(2).
 */
#include <linux/bpf.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

/* A register becomes a field of what is asked for, which comes in register 1;
 * or it becomes what @op makes of it and of a number or a register. */
#define LOAD(reg, field) \
    { .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = (reg), \
      .src_reg = BPF_REG_1, \
      .off = offsetof(struct bpf_cgroup_dev_ctx, field) }
#define NUMBER(op, reg, value) \
    { .code = BPF_ALU64 | (op) | BPF_K, .dst_reg = (reg), .imm = (value) }
#define REGISTER(op, reg, with) \
    { .code = BPF_ALU64 | (op) | BPF_X, .dst_reg = (reg), .src_reg = (with) }
/* Goes on @skip instructions further. */
#define IF(op, reg, value, skip) \
    { .code = BPF_JMP | (op) | BPF_K, .dst_reg = (reg), .imm = (value), \
      .off = (skip) }
#define ANSWER(value) \
    NUMBER(BPF_MOV, BPF_REG_0, value), { .code = BPF_JMP | BPF_EXIT }

enum { MINOR_BITS = 20, PTS_MAJOR = 136 };
#define NODE(major, minor) ((major) << MINOR_BITS | (minor))

/* A node may be made, as under other runtimes: programs unpack archives that
 * have some. It can't be opened. */
static const struct bpf_insn program[] = {
    LOAD(BPF_REG_2, access_type),
    REGISTER(BPF_MOV, BPF_REG_3, BPF_REG_2),
    NUMBER(BPF_RSH, BPF_REG_3, 16),
    IF(BPF_JEQ, BPF_REG_3, BPF_DEVCG_ACC_MKNOD, 16),
    NUMBER(BPF_AND, BPF_REG_2, 0xffff),
    IF(BPF_JNE, BPF_REG_2, BPF_DEVCG_DEV_CHAR, 12),
    LOAD(BPF_REG_4, major),
    IF(BPF_JEQ, BPF_REG_4, PTS_MAJOR, 12),
    NUMBER(BPF_LSH, BPF_REG_4, MINOR_BITS),
    LOAD(BPF_REG_5, minor),
    REGISTER(BPF_OR, BPF_REG_4, BPF_REG_5),
    IF(BPF_JEQ, BPF_REG_4, NODE(1, 3), 8),      /* null */
    IF(BPF_JEQ, BPF_REG_4, NODE(1, 5), 7),      /* zero */
    IF(BPF_JEQ, BPF_REG_4, NODE(1, 7), 6),      /* full */
    IF(BPF_JEQ, BPF_REG_4, NODE(1, 8), 5),      /* random */
    IF(BPF_JEQ, BPF_REG_4, NODE(1, 9), 4),      /* urandom */
    IF(BPF_JEQ, BPF_REG_4, NODE(5, 0), 3),      /* tty */
    IF(BPF_JEQ, BPF_REG_4, NODE(5, 2), 2),      /* ptmx */
    ANSWER(0),
    ANSWER(1),
};

static int bpf(int command, union bpf_attr *attr)
{
    return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

int devices_load(void)
{
    union bpf_attr attr;

    memset(&attr, 0, sizeof(attr));
    attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attr.insns = (uintptr_t)program;
    attr.insn_cnt = sizeof(program) / sizeof(program[0]);
    attr.license = (uintptr_t)"GPL";
    return bpf(BPF_PROG_LOAD, &attr);
}

int devices_guard(int loaded, int cgroup)
{
    union bpf_attr attr;

    memset(&attr, 0, sizeof(attr));
    attr.target_fd = (uint32_t)cgroup;
    attr.attach_bpf_fd = (uint32_t)loaded;
    attr.attach_type = BPF_CGROUP_DEVICE;
    return bpf(BPF_PROG_ATTACH, &attr);
}
