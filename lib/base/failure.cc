// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"

#include <cstring>

namespace base {

void fail_errno(std::string_view action, std::string_view object, Remedy remedy, int error)
{
    std::string text(action);
    if (!object.empty()) {
        text += ' ';
        text += object;
    }
    text += ": ";
    text += std::strerror(error);
    if (remedy == Remedy::check_disk && (error == EACCES || error == EPERM))
        remedy = Remedy::get_permission; // the disk is fine
    throw Failure(remedy, text, error);
}

} // namespace base
