// SPDX-License-Identifier: Apache-2.0
// show: all that is filed about messages, and what came of them.
#include "base/failure.h"
#include "command.h"
#include "db/journal_tenants.h"
#include "output.h"
#include "print.h"
#include "spool/id_list.h"

#include <iostream>
#include <utility>
#include <vector>

namespace journalq {

int show(const Call& call)
{
    if (call.operands.empty())
        throw base::Failure(base::Remedy::fix_arguments,
                            "show: ID required, or - for ids from standard input");
    const std::vector<spool::MessageId> ids = spool::read_ids(call.operands, std::cin);
    const std::string tenant = call.get("tenant");
    const db::JournalSearch search = open_journal(source_of(call));
    Output output;
    int status = ids.empty() ? exit_no_match : exit_done;
    bool first = true;
    for (const spool::MessageId id : ids) {
        auto filed = search.story(id);
        // Another tenant's mail is not told from mail that is not there.
        if (!filed ||
            (!tenant.empty() && !db::names_tenant(filed->message.peer.tenant, tenant))) {
            output.put();
            std::cerr << "journalq: " << id.text() << ": not in the journal\n";
            status = exit_no_match;
            continue;
        }
        if (!tenant.empty())
            std::erase_if(filed->children, [&](const db::FiledChild& child) {
                return !db::names_tenant(child.tenant, tenant);
            });
        if (call.has("json")) {
            append_json(output.text(), *filed);
        } else {
            output.text() += std::exchange(first, false) ? "" : "\n";
            append_story(output.text(), *filed);
            for (const db::FiledChild& child : filed->children)
                if (const auto came = search.message(child.key))
                    append_child(output.text(), *came);
        }
        output.check();
    }
    output.put();
    return status;
}

} // namespace journalq
