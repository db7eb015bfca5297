// SPDX-License-Identifier: Apache-2.0
// conf/secrets.cc - see the header.
#include "conf/secrets.h"

#include "base/failure.h"

#include <fstream>

namespace conf {

std::vector<std::string> read_secrets(const std::string& file)
{
    std::vector<std::string> out;
    if (file.empty())
        return out;
    std::ifstream in(file);
    if (!in)
        base::fail_errno("read", file, base::Remedy::fix_config);
    for (std::string line; std::getline(in, line);)
        if (!line.empty() && !line.starts_with('#'))
            out.push_back(line);
    if (out.empty())
        throw base::Failure(base::Remedy::fix_config, file + ": no secret in it");
    return out;
}

} // namespace conf
