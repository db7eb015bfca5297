// SPDX-License-Identifier: Apache-2.0
// db/ticket.h - whose turn it is to write a database: flock(2) on FILE.lock.
//
// SQLite could sort writers out by itself, but not fairly (one process can starve the
// others for seconds), and versions before 3.51.3 can damage a file when a commit meets a
// checkpoint of another process.  Checkpoints run inside COMMIT here, so who holds the
// ticket around every write transaction is safe from both.
#pragma once

#include "base/clock.h"
#include "base/fd.h"

#include <string>

namespace db {

class Ticket {
public:
    // Failure(try_later) if others write for longer than `patience`.
    Ticket(const std::string& database, base::milliseconds patience);

private:
    base::Fd lock_; // closing gives the ticket back, also when we are killed
};

} // namespace db
