// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_block.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

namespace {

using spool::BlockReader;
using Said = BlockReader::Said;

spool::MessageId id(std::uint32_t n)
{
    return spool::MessageId(spool::Location{77, n * 16});
}

// Two entries that use every field, two copies, what is to be erased, two positions.
std::string example()
{
    spool::QueueTable table;
    const std::vector<spool::EntryParts::One> two = {
        {spool::RecipientState::waiting, "451 later", "a.example"},
        {spool::RecipientState::delivered, "", "b.example"}};
    const std::vector<spool::EntryParts::One> one = {
        {spool::RecipientState::waiting, "", "a.example"}};
    spool::EntryParts parts;
    parts.id = id(1);
    parts.where = {99, 64};
    parts.size = 38000;
    parts.arrival = 1763762400;
    parts.next_attempt = 1763762700;
    parts.attempts = 3;
    parts.hold = spool::Hold::by_guard;
    parts.delay_noticed = parts.requeued = parts.expire_requested = true;
    parts.reason = "451 later";
    parts.destination = "mx.example:25";
    parts.recipients = two;
    spool::BlockWriter block(5);
    block.entry(table.insert(parts), table.texts());
    spool::EntryParts plain;
    plain.id = id(2);
    plain.where = plain.id.first_written();
    plain.recipients = one;
    block.entry(table.insert(plain), table.texts());
    block.copy(id(3), {});
    block.copy(id(4), {99, 128});
    block.erase({77, 4080});
    block.read({77, 4096, true});
    block.read({99, 256, false});
    block.end();
    return block.take();
}

// What is said line by line, the last of it.
struct Read {
    BlockReader reader;
    Said last = Said::nothing;
    std::vector<spool::MessageId> entries;
    std::vector<spool::Location> erase;

    explicit Read(std::string_view text)
    {
        while (text.find('\n') != text.npos) {
            const std::string_view line = text.substr(0, text.find('\n'));
            text.remove_prefix(line.size() + 1);
            CHECK(BlockReader::owns(line));
            last = reader.line(line);
            if (last == Said::entry)
                entries.push_back(reader.entry().id);
            if (last == Said::erase)
                erase.push_back(reader.erase_where());
            if (last == Said::damaged)
                return;
        }
    }
};

} // namespace

TEST_CASE("spool: a block says what was put into it")
{
    const Read read(example());
    CHECK(read.last == Said::complete);
    CHECK(read.reader.number() == 5);
    CHECK(read.entries == std::vector{id(1), id(2)});
    CHECK(read.erase == std::vector{spool::Location{77, 4080}});
    REQUIRE(read.reader.positions().size() == 2);
    CHECK(read.reader.positions()[0].finished);
    CHECK(read.reader.positions()[1].offset == 256);
}

TEST_CASE("spool: an entry is the same after its line was read")
{
    const std::string text = example();
    BlockReader reader;
    spool::QueueTable table;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        if (reader.line(std::string_view(text).substr(at, end - at)) == Said::entry)
            (void)table.insert(reader.entry());
        at = end + 1;
    }
    const spool::Entry* const entry = table.find(id(1));
    REQUIRE(entry != nullptr);
    CHECK(entry->where() == spool::Location{99, 64});
    CHECK(entry->size() == 38000);
    CHECK(entry->arrival() == 1763762400);
    CHECK(entry->next_attempt() == 1763762700);
    CHECK(entry->attempts() == 3);
    CHECK(entry->hold() == spool::Hold::by_guard);
    CHECK(entry->delay_noticed());
    CHECK(entry->requeued());
    CHECK(entry->expire_requested());
    CHECK(table.texts().text(entry->reason()) == "451 later");
    CHECK(table.texts().text(entry->destination()) == "mx.example:25");
    REQUIRE(entry->recipients() == 2);
    CHECK(entry->waits(0));
    CHECK(entry->state(1) == spool::RecipientState::delivered);
    CHECK(table.texts().text(entry->reason(0)) == "451 later");
    CHECK(table.texts().text(entry->domain(1)) == "b.example");
    CHECK(table.find(id(2))->where() == id(2).first_written());
}

TEST_CASE("spool: a block cut anywhere is not complete")
{
    const std::string text = example();
    for (std::size_t length = 0; length < text.size(); ++length)
        CHECK(Read(std::string_view(text).substr(0, length)).last != Said::complete);
}

TEST_CASE("spool: a block with one byte changed is not complete")
{
    const std::string text = example();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n')
            continue;
        std::string changed = text;
        changed[i] = changed[i] == '7' ? '8' : '7';
        CAPTURE(i);
        BlockReader reader;
        Said last = Said::nothing;
        for (std::size_t at = 0; at < changed.size() && last != Said::damaged;) {
            const std::size_t end = changed.find('\n', at);
            last = reader.line(std::string_view(changed).substr(at, end - at));
            at = end + 1;
        }
        CHECK(last == Said::damaged);
    }
}

TEST_CASE("spool: a block that lost a line is not complete")
{
    const std::string text = example();
    for (std::size_t at = 0; at < text.rfind("end ");) {
        const std::size_t end = text.find('\n', at) + 1;
        CHECK(Read(text.substr(0, at) + text.substr(end)).last != Said::complete);
        at = end;
    }
}
