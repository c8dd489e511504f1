// BONAFIDE_CLONES before a function: compiled once for AVX2 (without fused multiply-add) and once for every processor,
// with the same operations in the same order, so that a report does not depend on the machine.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define BONAFIDE_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define BONAFIDE_CLONES
#endif
