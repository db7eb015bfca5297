// SPDX-License-Identifier: Apache-2.0
// confine/owner.h - tools of operators: what root makes must belong to those who work with
// it.
#pragma once

#include <string>

namespace confine {

// Root becomes the owner of this directory, for good; anybody else stays what he is.
// Throws base::Failure: fix_config if it is not there, get_permission.
void become_owner(const std::string& directory);

} // namespace confine
