// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a segment with records that live, that are erased and of which a crash has
// left some bytes, damaged anywhere.  What the queue found and nobody erases is found again
// byte for byte; of what is erased nothing is left, and what a look finds is all there is.
//
// The first line says what the records are, a letter each; the rest damages the file, three
// bytes at a time: where (16 bits), and what is changed there.
#include "spool/erase.h"

#include "check.h"
#include "spool/layout.h"
#include "spool/queue_core.h"
#include "spool/record.h"
#include "spool/ring_look.h"
#include "spool/sum.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

using fuzz::promise;
using spool::Location;

namespace {

constexpr spool::SegmentNumber number = 0x0dec000000;
constexpr std::uint64_t key = 0x0123456789abcdef;
constexpr std::size_t most_records = 40;

struct Hasty : spool::Disk {
    int sync(int) override { return 0; }
};

const std::string& directory()
{
    static const std::string made = [] {
        const std::string base = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        std::string name = base + "/sponts-fuzz-XXXXXX";
        promise(::mkdtemp(name.data()) != nullptr);
        std::filesystem::create_directories(spool::log_directory(name) + "/incoming");
        std::filesystem::create_directories(spool::run_directory(name));
        static const struct Remove {
            std::string what;
            ~Remove() { std::filesystem::remove_all(what); }
        } remove{name};
        return name;
    }();
    return made;
}

// a-z: it lives; A-Z: it was erased; digits: and some of its bytes are still there.
void append_record(std::string& file, char kind)
{
    const std::string message(static_cast<unsigned char>(kind) * 61U % 7000U, kind);
    const Location where{number, static_cast<std::uint32_t>(file.size())};
    spool::Envelope envelope;
    envelope.id = spool::MessageId(where);
    envelope.sender = std::string(1, kind) + "@example.org";
    envelope.recipients.push_back({"r@example.net", spool::notify_default, ""});
    spool::RecordText text = spool::begin_record(envelope);
    spool::place_record(text, {number, key, where.offset}, envelope.id,
                        static_cast<std::uint32_t>(message.size()), spool::sum_of(message));
    std::string bytes = text.prefix + message + std::string(text.tail_text());
    if (kind < 'a')
        bytes.replace(0, 14, "sponts-erased ");
    if (kind < 'a' && kind >= 'A')
        bytes.replace(spool::header_size, std::string::npos,
                      std::string(bytes.size() - spool::header_size, '\0'));
    file += bytes;
}

std::string segment_of(std::string_view text)
{
    std::string file =
        spool::encode_head({.number = number, .key = key, .made = "now", .by = "fuzz"});
    const std::string_view kinds = text.substr(0, text.find('\n'));
    for (const char kind : kinds.substr(0, most_records))
        if (std::isalnum(static_cast<unsigned char>(kind)) != 0)
            append_record(file, kind);
    file += spool::encode_sealed_mark(number, key, file.size());
    text.remove_prefix(std::min(text.size(), kinds.size() + 1));
    for (; text.size() >= 3; text.remove_prefix(3)) {
        const auto byte = [&](std::size_t i) {
            return static_cast<unsigned char>(text[i]);
        };
        file[(byte(0) * 256U + byte(1)) % file.size()] ^= text[2];
    }
    return file;
}

std::string read_file()
{
    std::ifstream in(spool::segment_path(directory(), number), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

using Messages = std::map<std::uint32_t, std::string>;

// What a queue that begins now has, and their texts.
Messages follow()
{
    spool::QueueCore core;
    spool::Follower follower(directory(), {});
    std::vector<Location> places;
    const auto found = [&](const spool::Found& one) {
        if (core.found(one) != nullptr)
            places.push_back(one.where);
    };
    while (follower.poll(1000, found, [](Location, std::string_view) {}) > 0)
        continue;
    promise(core.table.size() == places.size());
    Messages all;
    spool::Reader reader(directory());
    for (const Location where : places) {
        const auto message = reader.open(where, true);
        if (message)
            all[where.offset] = reader.read(*message, 0, message->size);
    }
    return all;
}

spool::RingLook look(std::size_t most, std::uint64_t from = 0)
{
    const spool::RingPeriods periods{[](const spool::Envelope& envelope) {
                                         return envelope.sender < "n"
                                                    ? std::optional<std::int64_t>(1)
                                                    : std::nullopt;
                                     },
                                     1};
    return spool::look_through(
        directory(), {.to = {number, 0, true}, .from = from, .most = most}, periods, 100);
}

// In parts it is the same as at once.
std::vector<std::uint32_t> due()
{
    std::vector<std::uint32_t> all;
    for (const spool::RingLook::Due& one : look(spool::most_due).due)
        all.push_back(one.offset);
    std::vector<std::uint32_t> parts;
    for (spool::RingLook part = look(2);; part = look(2, part.end)) {
        for (const spool::RingLook::Due& one : part.due)
            parts.push_back(one.offset);
        if (!part.more)
            break;
    }
    promise(parts == all);
    promise(std::is_sorted(all.begin(), all.end()));
    return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string path = spool::segment_path(directory(), number);
    std::ofstream(path, std::ios::binary) << segment_of(fuzz::text_of(data, size));
    const Messages before = follow();
    const std::vector<std::uint32_t> gone = due();
    Hasty disk;
    promise(spool::erase_records(directory(), number, gone, disk) == gone.size());
    const Messages after = follow();
    const std::set<std::uint32_t> erased(gone.begin(), gone.end());
    for (const auto& [offset, message] : before) {
        const auto found = after.find(offset);
        promise(erased.contains(offset) ? found == after.end()
                                        : found != after.end() && found->second == message);
    }
    promise(due().empty());
    const std::string once = read_file();
    promise(spool::erase_records(directory(), number, gone, disk) == gone.size());
    promise(read_file() == once);
    return 0;
}
