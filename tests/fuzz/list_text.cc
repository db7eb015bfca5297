// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a file with what a mailbox has listed; what is read from one is written in
// the same way again, and is a list.
//
// Input: the text behind the head, which gets the right sum; with a first byte of 'x' all
// of the text.
#include "spool/list_text.h"

#include "check.h"
#include "spool/sum.h"

#include <fmt/format.h>

#include <set>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    std::string text(fuzz::text_of(data + 1, size - 1));
    if (data[0] != 'x')
        text =
            fmt::format("sponts-list 1 {} {:016x}\n{}", data[0], spool::sum_of(text), text);
    const auto list = spool::parse_list_text(text);
    if (!list)
        return 0;
    std::set<std::string> ids;
    for (const pop3::Listed& one : list->mails)
        fuzz::promise(pop3::is_unique_id(one.unique_id) &&
                      ids.insert(one.unique_id).second);
    const std::string again = spool::list_text(*list);
    fuzz::promise(again.size() <= spool::longest_list_text(list->mails.size()));
    fuzz::promise(spool::parse_list_text(again) == list);
    return 0;
}
