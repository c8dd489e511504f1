#include "oracle/allocations.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> held{0}, most_held{0}, largest_asked{0};

void raise(std::atomic<std::size_t>& mark, std::size_t value) {
  std::size_t seen = mark.load(std::memory_order_relaxed);
  while (seen < value && !mark.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

void* take(std::size_t size, std::size_t alignment) {
  void* const block = alignment == 0 ? std::malloc(size)
                                     : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (block == nullptr) throw std::bad_alloc();
  raise(largest_asked, size);
  raise(most_held, held.fetch_add(::malloc_usable_size(block), std::memory_order_relaxed) + size);
  return block;
}

void give(void* block) {
  if (block == nullptr) return;
  held.fetch_sub(::malloc_usable_size(block), std::memory_order_relaxed);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return take(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return take(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { give(block); }
void operator delete(void* block, std::size_t) noexcept { give(block); }
void operator delete(void* block, std::align_val_t) noexcept { give(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { give(block); }

namespace bonafide::oracle {

namespace {
std::size_t held_before = 0;
}

Allocations::Allocations() {
  held_before = held.load();
  most_held = held_before;
  largest_asked = 0;
}
std::size_t Allocations::largest() const { return largest_asked.load(); }
std::size_t Allocations::peak() const { return most_held.load() - held_before; }

}  // namespace bonafide::oracle
