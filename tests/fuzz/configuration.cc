// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a configuration file, from bytes to settings and problems.
#include "conf/read.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const conf::Reading reading = conf::read_text(text, "f");
    // Every complaint stays one line, whatever the bytes.
    for (const std::string& line : reading.complaints())
        if (line.find('\n') != std::string::npos)
            std::abort();
    return 0;
}
