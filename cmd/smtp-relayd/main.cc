// SPDX-License-Identifier: Apache-2.0
// smtp-relayd(8): takes mail by SMTP and puts it safely into the spool.
//
// This file knows the order of things, nothing else.

#include "daemon/main.h"

#include "listeners.h"
#include "relay_service.h"

#include <utility>

namespace {

void serve(conf::Settings settings, const daemons::Options& options, base::Fd connection)
{
    relayd::RelayService service(std::move(settings), options, std::move(connection));
    service.run();
}

} // namespace

int main(int argc, char** argv)
{
    const daemons::Program program{relayd::program,
                                   "Takes mail by SMTP and puts it safely into the spool."};
    return daemons::run(program, argc, argv, relayd::check, serve);
}
