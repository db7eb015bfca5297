// SPDX-License-Identifier: Apache-2.0
// pop-proxy(8): carries POP3 sessions between users and the servers of their mailboxes.
//
// This file knows which protocol it is, nothing else.

#include "daemon/proxy_service.h"
#include "proxy/pop3_server.h"

int main(int argc, char** argv)
{
    const daemons::ProxyProgram program{
        .service = db::Service::pop3,
        .purpose =
            "Carries POP3 sessions between users and the servers of their mailboxes.",
        .make_server = [](proxy::World world, session::ClientRates rates) {
            return std::make_unique<proxy::Pop3Server>(world, rates);
        }};
    return daemons::run_proxy(program, argc, argv);
}
