// SPDX-License-Identifier: Apache-2.0
// sponts/run_pid_file.h - one `sponts run` for one gateway, and its process id for scripts.
//
// The lock is on the open file, so it goes with the process, however that ends; the file
// stays and means nothing without the lock.
#pragma once

#include "base/fd.h"

#include <string>

namespace sponts {

class PidFile {
public:
    // Makes the directory if only that is missing.  Throws Failure(start_service) with the
    // other's process id when there is another `sponts run` with this directory.
    explicit PidFile(const std::string& run_directory);

private:
    base::Fd file_;
};

} // namespace sponts
