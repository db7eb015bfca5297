// SPDX-License-Identifier: Apache-2.0
// tests/fuzz/check.h - what the fuzz targets share: a promise that stays in release builds,
// and the input as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace fuzz {

inline void promise(bool kept)
{
    if (!kept)
        std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size)
{
    return {reinterpret_cast<const char*>(data), size};
}

} // namespace fuzz
