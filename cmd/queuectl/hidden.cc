// SPDX-License-Identifier: Apache-2.0
// hidden and unhide: what users of ums-popd have deleted for themselves, and how they are
// shown it again.  Beside a running ums-popd: it reads the file at each login.
#include "base/failure.h"
#include "command.h"
#include "confine/owner.h"
#include "proxy/backends.h"
#include "select.h"
#include "spool/hidden_mail.h"
#include "text/json.h"
#include "text/visible.h"

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

namespace queuectl {

namespace {

using Hidden = spool::HiddenMail::Hidden;

// Those that are asked for; what we make in the spool is its owner's.
std::vector<Hidden> hidden_of(const spool::HiddenMail& mail, const std::string& user)
{
    std::vector<Hidden> all = mail.all();
    if (user.empty())
        return all;
    const std::string file = spool::HiddenMail::file_of(proxy::folded_name(user, {}));
    std::erase_if(all,
                  [&](const Hidden& one) { return one.file != user && one.file != file; });
    return all;
}

spool::HiddenMail open(const Call& call)
{
    const std::string spool = call.spool_directory();
    confine::become_owner(spool);
    return spool::HiddenMail(spool);
}

void append_lines(std::string& out, const Hidden& one)
{
    for (const spool::MessageId id : one.ids) {
        out.append(id.text()).append("  ");
        text::append_visible(out, one.user.empty() ? one.file : one.user);
        out += '\n';
    }
}

void append_json(std::string& out, const Hidden& one)
{
    text::JsonWriter json(out);
    json.begin_object().member("user", one.user).member("file", one.file);
    json.key("queue_ids").begin_array();
    for (const spool::MessageId id : one.ids)
        json.value(id.text());
    json.end_array().end_object();
    out += '\n';
}

} // namespace

int hidden(const Call& call)
{
    const std::vector<Hidden> all = hidden_of(open(call), call.user);
    std::string out;
    for (const Hidden& one : all) {
        if (call.json)
            append_json(out, one);
        else
            append_lines(out, one);
    }
    std::cout << out;
    return all.empty() ? exit_no_match : exit_done;
}

int unhide(const Call& call)
{
    // "-" with nothing in it means nothing, not everything.
    const std::vector<spool::MessageId> ids = read_ids(call);
    const spool::HiddenMail mail = open(call);
    std::size_t shown = 0;
    for (const Hidden& one : hidden_of(mail, call.user))
        shown += mail.show_again(one.file, call.operands.empty() ? one.ids : ids);
    std::cout << shown << (shown == 1 ? " message is" : " messages are")
              << " shown again\n";
    return shown > 0 ? exit_done : exit_no_match;
}

} // namespace queuectl
