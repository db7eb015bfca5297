// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/when.cc - see the header.
#include "when.h"

#include <cstring>
#include <ctime>

namespace tkuev_audit {

namespace {

constexpr std::int64_t million = 1'000'000;

} // namespace

std::optional<std::int64_t> parse_when(const std::string& text)
{
    for (const char* form : {"%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"}) {
        std::tm tm{};
        const char* const end = ::strptime(text.c_str(), form, &tm);
        if (end == nullptr || *end != '\0')
            continue;
        if (std::strstr(form, "%z") != nullptr) {
            const long offset = tm.tm_gmtoff; // which timegm() would forget
            return (::timegm(&tm) - offset) * million;
        }
        tm.tm_isdst = -1;
        return ::mktime(&tm) * million;
    }
    return {};
}

} // namespace tkuev_audit
