// SPDX-License-Identifier: Apache-2.0
// tap/layout.h - what lies where below the spool of interception ([tkuev] spool).
//
//     match             the list of identities; written anew at fixed times, always of one
//                       size; sponts-li writes, the servers read
//     incoming/NAME     sealed events, a file for each process that serves, from its start
//                       on; the servers write, sponts-li reads and empties
//     incoming/NAME.content   their contents, at the same offsets
#pragma once

#include <string>
#include <string_view>

namespace tap {

[[nodiscard]] inline std::string match_file(const std::string& spool)
{
    return spool + "/match";
}

[[nodiscard]] inline std::string incoming_directory(const std::string& spool)
{
    return spool + "/incoming";
}

inline constexpr std::string_view contents_suffix = ".content";

// Where the contents of a file of events stand.
[[nodiscard]] inline std::string contents_beside(const std::string& events)
{
    return std::string(events).append(contents_suffix);
}

} // namespace tap
