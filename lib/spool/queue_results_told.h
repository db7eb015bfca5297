// SPDX-License-Identifier: Apache-2.0
// spool/queue_results_told.h - what the queue's results since its last snapshot say.
//
// For readers beside the owner, who need not see all of it: files that go meanwhile and
// lines that say nothing are left out.
#pragma once

#include "spool/queue_change.h"

#include <functional>
#include <string>

namespace spool {

// Oldest first.  Throws base::Failure when the disk cannot read.
void for_each_told(const std::string& directory,
                   const std::function<void(const Change&)>& visit);

} // namespace spool
