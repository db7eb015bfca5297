// SPDX-License-Identifier: Apache-2.0
// sponts-indexd/service.h - files until SIGTERM, what comes in and what was left: the
// journal, and what logins teach.
#pragma once

#include "conf/settings.h"
#include "db/directory.h"
#include "journal/filer.h"
#include "journal/learned_filer.h"
#include "net/loop.h"

#include <optional>

namespace indexd {

inline constexpr const char* program = "sponts-indexd";

class Service {
public:
    // Once: run_once() is to be called.  Throws base::Failure.  `settings` outlives it.
    Service(const conf::Settings& settings, bool once);
    void run();
    // Everything that is there now, then it is over.
    void run_once();

private:
    void file_journal();
    void file_learned();

    db::Directory directory_;
    std::optional<journal::Filer> filer_;          // nothing: [journal] is not enabled
    std::optional<journal::LearnedFiler> learned_; // nothing: [ums] is not enabled
    bool journal_fails_ = false;
    bool policy_fails_ = false;
    bool asked_queue_ = false;
    net::Loop loop_;
};

} // namespace indexd
