// SPDX-License-Identifier: Apache-2.0
// spool/queue_block.h - entries as lines: the body of a snapshot, and a checkpoint between
// results.
//
// Format: sponts-spool(5), queue.  A block is
//
//     begin NUMBER                        blocks are counted: one that is lost is noticed
//     text N words                        a reason, destination or domain used below
//     entry ID WHERE SIZE ...             an unfinished message
//     copy ID WHERE                       a carried record that must not count as new
//     erase WHERE                         a record nobody waits for, (perhaps) not gone yet
//     read SEGMENT OFFSET open|finished   how far the log is contained in what was said
//     end ENTRIES CHECKSUM
//
// The checksum matters: a power cut may keep the end of a block and lose its middle, and to
// believe `read` without the entries before it would lose their mail.
#pragma once

#include "spool/queue_table.h"
#include "spool/queue_words.h"
#include "spool/reader.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct XXH3_state_s;

namespace spool {

struct FreeChecksum {
    void operator()(XXH3_state_s* state) const;
};
using Checksum = std::unique_ptr<XXH3_state_s, FreeChecksum>;

class BlockWriter {
public:
    explicit BlockWriter(std::uint64_t number);

    void entry(const Entry& entry, const QueueTexts& texts);
    // Texts may change their numbers from here on: between entries added at different
    // times.
    void forget_texts() { numbers_.clear(); }
    void copy(MessageId id, Location where); // where: segment 0 if not known
    void erase(Location where);
    void read(const Follower::Position& position);
    void end();

    // What was written since the last take().
    [[nodiscard]] std::string take();

private:
    std::uint32_t text(TextNumber number, const QueueTexts& texts);
    void hash_new();

    std::string lines_;
    std::size_t hashed_ = 0;
    std::uint64_t entries_ = 0;
    std::unordered_map<TextNumber, std::uint32_t> numbers_;
    Checksum checksum_;
};

// What a block says, line by line.
class BlockReader {
public:
    enum class Said : std::uint8_t {
        nothing,  // begin, text
        entry,    // entry(); good until the next line
        copy,     // copy_id(), copy_where()
        erase,    // erase_where()
        position, // collected for positions()
        complete, // end, and all of it was there
        damaged,  // not a line of a block, or the end does not fit
    };

    BlockReader();

    // True for lines that belong to blocks (also damaged ones).
    [[nodiscard]] static bool owns(std::string_view line);
    Said line(std::string_view line);

    [[nodiscard]] std::uint64_t number() const { return number_; }
    [[nodiscard]] const EntryParts& entry() const { return entry_; }
    [[nodiscard]] MessageId copy_id() const { return copy_id_; }
    [[nodiscard]] Location copy_where() const { return copy_where_; }
    [[nodiscard]] Location erase_where() const { return erase_where_; }
    [[nodiscard]] const std::vector<Follower::Position>& positions() const
    {
        return positions_;
    }

private:
    Said begin(Words words);
    Said text(Words words);
    Said read_entry(Words words);
    Said read_copy(Words words);
    Said read_erase(Words words);
    Said read_position(Words words);
    Said end(Words words);
    std::string_view text_of(Words& words) const;
    void read_flags(Words& words);
    void read_recipients(Words& words);
    Said said(const Words& words, Said what);

    bool open_ = false;
    std::uint64_t number_ = 0;
    std::uint64_t entries_ = 0;
    std::vector<std::string> texts_;
    std::vector<EntryParts::One> recipients_;
    EntryParts entry_;
    MessageId copy_id_;
    Location copy_where_;
    Location erase_where_;
    std::vector<Follower::Position> positions_;
    Checksum checksum_;
};

} // namespace spool
