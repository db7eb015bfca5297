// SPDX-License-Identifier: Apache-2.0
// smtp-sendd/delivery_options.h - from sponts.conf(5) to what the delivery needs to know.
#pragma once

#include "conf/settings.h"
#include "delivery/options.h"
#include "spool/queue.h"
#include "spool/writer.h"

namespace sendd {

// Reads the file with the SRS secrets, too.  Throws Failure(fix_config) when it cannot.
[[nodiscard]] delivery::Options delivery_options(const conf::Settings& settings);
[[nodiscard]] spool::QueueOptions queue_options(const conf::Settings& settings);
// For reports and forwards: smaller segments than those of mail coming in.
[[nodiscard]] spool::WriterOptions writer_options(const conf::Settings& settings);

} // namespace sendd
