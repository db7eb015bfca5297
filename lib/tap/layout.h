// SPDX-License-Identifier: Apache-2.0
// tap/layout.h - what lies where below the spool of interception ([tkuev] spool).
//
//     match             the list of identities; written anew at fixed times, always of one
//                       size; sponts-li writes, the servers read
//     incoming/NAME     sealed records, a file for each process that serves, from its start
//                       on; the servers write, sponts-li reads and empties
#pragma once

#include <string>

namespace tap {

[[nodiscard]] inline std::string match_file(const std::string& spool)
{
    return spool + "/match";
}

[[nodiscard]] inline std::string incoming_directory(const std::string& spool)
{
    return spool + "/incoming";
}

} // namespace tap
