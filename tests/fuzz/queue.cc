// SPDX-License-Identifier: Apache-2.0
// Fuzz target: lines of results and snapshots, as a start reads them.  Whatever they say,
// the state is consistent, and what is written of it is read as the same.
#include "check.h"
#include "spool/queue_core.h"

#include <string>

using fuzz::promise;
using Said = spool::BlockReader::Said;

namespace {

void replay(spool::QueueCore& core, spool::BlockReader& block, std::string_view line)
{
    if (const auto change = spool::parse_change(line)) {
        std::string again;
        spool::append_line(again, *change);
        again.pop_back();
        promise(spool::parse_change(again) == change);
        (void)core.replay(*change);
        return;
    }
    if (!spool::BlockReader::owns(line))
        return;
    const Said said = block.line(line);
    if (said == Said::entry)
        core.replay_entry(block.entry());
    else if (said == Said::copy)
        core.replay_copy(block.copy_id(), block.copy_where());
    else if (said == Said::erase)
        core.replay_erase(block.erase_where());
    else if (said == Said::complete)
        core.replay_positions(block.number(), block.positions());
}

void replay_all(spool::QueueCore& core, std::string_view text)
{
    spool::BlockReader block;
    for (std::size_t end = 0; (end = text.find('\n')) != text.npos;
         text.remove_prefix(end + 1))
        replay(core, block, text.substr(0, end));
}

std::string snapshot(const spool::QueueCore& core)
{
    spool::BlockWriter block(1);
    core.table.for_each(
        [&](const spool::Entry& entry) { block.entry(entry, core.table.texts()); });
    for (const spool::Location where : core.deleted())
        block.erase(where);
    for (const auto& position : core.read_so_far())
        block.read(position);
    block.end();
    return block.take();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    spool::QueueCore core;
    replay_all(core, fuzz::text_of(data, size));
    std::size_t count = 0;
    core.table.for_each([&](const spool::Entry& entry) {
        ++count;
        promise(core.table.find(entry.id()) == &entry);
    });
    promise(count == core.table.size());
    spool::QueueCore again;
    replay_all(again, snapshot(core));
    promise(again.table.size() == count);
    promise(again.read_so_far().size() == core.read_so_far().size());
    promise(again.deleted() == core.deleted());
    return 0;
}
