#ifndef FUZZER_H
#define FUZZER_H
#include <stddef.h>
#include <stdint.h>

/* libFuzzer's own mutations, for a mutator that mixes them with others. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

#endif
