// SPDX-License-Identifier: Apache-2.0
// handover/intake.h - takes sealed records out of incoming/ and makes of each what is owed.
//
//     opened, decoded           nothing has happened
//     one transaction: place in the file, numbers, event, content, lines of the ledger
//     emptied on the disk       what is not needed any more; done again after a crash
//
// Content stays in its file, sealed, until it is delivered or destroyed.
#pragma once

#include "handover/desk.h"
#include "tap/record_reader.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace handover {

class Intake {
public:
    explicit Intake(Desk& desk) : desk_(desk) {}

    // One batch of every file; true: there may be more.
    bool round(std::int64_t now);
    // Some stay where they are for a moment: other files will tell what they belong to.
    [[nodiscard]] bool waits() const { return waits_; }

private:
    struct Opened {
        tap::SealedRecord record;
        std::optional<li::Event> event; // nothing: cannot be read
    };
    struct Place {
        std::unique_ptr<tap::RecordReader> reader;
        db::HandoverWork::Place known; // as in handover.db
    };

    // Octets of content that have not gone, by where they go.
    struct Waiting {
        std::uint64_t buffered = 0;
        std::uint64_t for_discs = 0;
    };
    struct Taken {
        std::uint64_t highest = 0; // of the records that the process wrote itself
        bool recovered = false;    // some that others wrote for it
    };

    Place& place_of(const std::string& file);
    bool take_guarded(const std::string& file, std::int64_t now);
    bool take_file(const std::string& file, std::int64_t now);
    [[nodiscard]] std::vector<Opened> open_batch(tap::RecordReader& reader);
    void take(db::HandoverWork& work, const std::string& file, const Opened& opened,
              std::int64_t now);
    [[nodiscard]] bool is_new(db::HandoverWork& work, const li::Event& event,
                              std::int64_t now);
    void take_event(db::HandoverWork& work, const li::Measure& measure,
                    const std::string& file, const Opened& opened, std::int64_t now);
    [[nodiscard]] std::string
    content_lost(db::HandoverWork& work, const li::Measure& measure, const Opened& opened);
    // `of`: its event.
    void take_content(db::HandoverWork& work, const li::Measure& measure,
                      const std::string& file, const Opened& opened,
                      const db::HandoverItem& of, std::int64_t now);
    [[nodiscard]] bool comes_too_early(db::HandoverWork& work, const Opened& opened,
                                       std::int64_t now);
    [[nodiscard]] std::uint32_t cin_of(db::HandoverWork& work, const li::Measure& measure,
                                       const li::Event& event, std::int64_t now);
    [[nodiscard]] Waiting count_contents(db::HandoverWork& work);
    // Why there is no room for so much more; empty: there is.
    [[nodiscard]] std::string_view make_room(db::HandoverWork& work, bool on_disc,
                                             std::uint64_t octets);
    void remove_finished(const std::string& file);

    Desk& desk_;
    std::map<std::string, Place> places_;
    std::set<std::string> bad_;      // files that are none of ours; said once, left alone
    std::optional<Waiting> waiting_; // as of this batch; nothing: not counted yet
    std::optional<std::uint64_t> stored_; // the same: octets of content in files for discs
    std::map<std::string, Taken> taps_;   // by process, as of this batch
    std::map<li::Handle, std::uint64_t> outside_;
    std::uint64_t unreadable_ = 0;
    bool waits_ = false; // in this round
};

} // namespace handover
