// SPDX-License-Identifier: Apache-2.0
// ums-popd(8): shows users their queued mail by POP3.
//
// This file knows the order of things, nothing else.
#include "daemon/main.h"

#include "ums_service.h"

#include <utility>

namespace {

void serve(conf::Settings settings, const daemons::Options& options, base::Fd connection)
{
    umspop::UmsService service(std::move(settings), options, std::move(connection));
    service.run();
}

} // namespace

int main(int argc, char** argv)
{
    const daemons::Program program{umspop::program,
                                   "Shows users their queued mail by POP3."};
    return daemons::run(program, argc, argv, umspop::check, serve);
}
