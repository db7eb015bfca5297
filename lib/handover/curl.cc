// SPDX-License-Identifier: Apache-2.0
// handover/curl.cc - see the header.
#include "handover/curl.h"

#include "base/failure.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace handover {

namespace {

// Before each block stands how large it is.
constexpr std::size_t head_size = alignof(std::max_align_t);
static_assert(head_size >= sizeof(std::size_t));

void* take(std::size_t size)
{
    auto* const block = static_cast<std::byte*>(std::malloc(head_size + size));
    if (block == nullptr)
        return nullptr;
    std::memcpy(block, &size, sizeof size);
    return block + head_size;
}

std::byte* block_of(void* memory)
{
    return static_cast<std::byte*>(memory) - head_size;
}

std::size_t size_of(void* memory)
{
    std::size_t size = 0;
    std::memcpy(&size, block_of(memory), sizeof size);
    return size;
}

void give_back(void* memory)
{
    if (memory == nullptr)
        return;
    ::explicit_bzero(memory, size_of(memory));
    std::free(block_of(memory));
}

void* take_anew(void* memory, std::size_t size)
{
    void* const fresh = take(size);
    if (fresh == nullptr || memory == nullptr)
        return fresh;
    std::memcpy(fresh, memory, std::min(size, size_of(memory)));
    give_back(memory);
    return fresh;
}

char* take_copy(const char* text)
{
    const std::size_t size = std::strlen(text) + 1;
    void* const fresh = take(size);
    return fresh == nullptr ? nullptr : static_cast<char*>(std::memcpy(fresh, text, size));
}

void* take_zeroed(std::size_t count, std::size_t size)
{
    std::size_t all = 0;
    if (__builtin_mul_overflow(count, size, &all))
        return nullptr;
    void* const fresh = take(all);
    return fresh == nullptr ? nullptr : std::memset(fresh, 0, all);
}

} // namespace

void start_curl()
{
    static std::once_flag once;
    std::call_once(once, [] {
        if (::curl_global_init_mem(CURL_GLOBAL_DEFAULT, take, give_back, take_anew,
                                   take_copy, take_zeroed) != CURLE_OK)
            throw base::Failure(base::Remedy::repair_system, "start libcurl: failed");
    });
}

} // namespace handover
