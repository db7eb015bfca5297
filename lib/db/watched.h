// SPDX-License-Identifier: Apache-2.0
// db/watched.h - a database that others change, as a reader sees it: opened, looked at now
// and then, and opened again after trouble or when its name leads to another file.
//
// Connection(path) opens; unchanged() and in_place() as of db/reading.h.
#pragma once

#include "base/clock.h"
#include "base/failure.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace db {

template <class Connection>
class Watched {
public:
    Watched(std::string path, base::milliseconds max_staleness)
        : path_(std::move(path)), max_staleness_(max_staleness)
    {
    }

    // Throws only fix_config; any other trouble is left to the first question.
    void begin()
    {
        try {
            open();
        } catch (const base::Failure& failure) {
            if (failure.remedy() == base::Remedy::fix_config)
                throw;
            note(failure);
        }
    }

    // Calls forget() if it is another database than the last time, or may be.  Throws
    // base::Failure(try_later).
    template <class Forget>
    void look_if_due(Forget forget)
    {
        const base::SteadyTime now = base::Steady::now();
        if (now - looked_ < max_staleness_) {
            if (trouble_)
                throw *trouble_;
            return;
        }
        looked_ = now;
        try {
            look(forget);
            trouble_.reset();
        } catch (const base::Failure& failure) {
            give_up(failure);
        }
    }

    // After look_if_due().
    [[nodiscard]] Connection& connection() { return *connection_; }

    // A question has failed: none is asked until it is looked at again.
    [[noreturn]] void give_up(const base::Failure& failure)
    {
        connection_.reset();
        looked_ = base::Steady::now();
        note(failure);
        throw *trouble_;
    }

private:
    void open()
    {
        connection_.reset();
        looked_ = base::Steady::now();
        connection_ = std::make_unique<Connection>(path_);
    }

    template <class Forget>
    void look(Forget forget)
    {
        if (!connection_ || !connection_->in_place()) {
            forget();
            open();
        } else if (!connection_->unchanged()) {
            forget();
        }
    }

    void note(const base::Failure& failure)
    {
        trouble_.emplace(base::Remedy::try_later, failure.what(), failure.error());
    }

    std::string path_;
    base::milliseconds max_staleness_;
    std::unique_ptr<Connection> connection_;
    std::optional<base::Failure> trouble_; // of the last attempt, until the next one
    base::SteadyTime looked_;
};

} // namespace db
