// SPDX-License-Identifier: Apache-2.0
// imap-proxy(8): carries IMAP sessions between users and the servers of their mailboxes.
//
// This file knows which protocol it is, nothing else.

#include "daemon/proxy_service.h"
#include "proxy/imap_server.h"

int main(int argc, char** argv)
{
    const daemons::ProxyProgram program{
        .service = db::Service::imap,
        .purpose =
            "Carries IMAP sessions between users and the servers of their mailboxes.",
        .make_server = [](proxy::World world, session::ClientRates rates) {
            return std::make_unique<proxy::ImapServer>(world, rates);
        }};
    return daemons::run_proxy(program, argc, argv);
}
