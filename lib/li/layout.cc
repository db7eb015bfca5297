// SPDX-License-Identifier: Apache-2.0
#include "li/layout.h"

#include "base/failure.h"

#include <filesystem>

namespace li {

void refuse_left_behind(const std::string& state)
{
    const std::string above = std::filesystem::path(state).parent_path();
    const auto has_measures = [](const std::string& directory) {
        return ::access(measures_file(directory).c_str(), F_OK) == 0;
    };
    if (!has_measures(state) && has_measures(above))
        throw base::Failure(base::Remedy::fix_config,
                            above + ": has measures: move all that is in it into " + state);
}

} // namespace li
