// SPDX-License-Identifier: Apache-2.0
// tap/record_reader.h - takes sealed records out of incoming/; for the interception user.
//
//     for (const std::string& name : names(directory)) {
//         RecordReader reader(directory, name, opener);
//         reader.seek(where_we_were(name));
//         while (auto record = reader.next()) {
//             ... note it ...; reader.empty(record->offset, record->next);
//         }
//         if (reader.finished()) reader.remove();
//     }
//
// Threads: one.
#pragma once

#include "base/fd.h"
#include "seal/keys.h"
#include "tap/ratchet.h"
#include "tap/record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tap {

struct SealedRecord {
    std::uint64_t offset = 0; // in its file
    std::uint64_t next = 0;   // where the one behind it begins
    std::uint64_t content_offset = 0;
    std::uint64_t content_size = 0;
    std::uint64_t number = 0;
    ContentForm form = ContentForm::none;
    std::string event; // as li::decode() reads it
};

// Who may open what the servers have sealed.
struct Opener {
    seal::Certificate certificate;
    seal::PrivateKey key;
};

// The files of events there are, in no order.  Throws base::Failure.
[[nodiscard]] std::vector<std::string> record_files(const std::string& directory);

class RecordReader {
public:
    // Throws base::Failure when it cannot be opened.  The opener outlives the reader.
    RecordReader(const std::string& directory, const std::string& name,
                 const Opener& opener);

    // Where a record begins or 0, the beginning of the file.
    void seek(std::uint64_t offset) { at_ = offset; }
    [[nodiscard]] std::uint64_t at() const { return at_; }
    // The next whole record; nothing: there is none yet, or never will be (finished()).
    // Throws base::Failure when the file cannot be read.
    [[nodiscard]] std::optional<SealedRecord> next();
    // Its content, or, with ContentForm::authority, the CMS for the authority; nothing if
    // there is none or it has been destroyed in the meantime.
    [[nodiscard]] std::optional<std::string> content(const SealedRecord& record);
    // Destroys what lies there, whole records.
    void empty(std::uint64_t from, std::uint64_t to);
    // Nobody writes it any more, and all of it has been read.
    [[nodiscard]] bool finished();
    // What a crash has torn or something else has damaged is left behind at its end.
    [[nodiscard]] std::uint64_t left_over() const;
    void remove() const;

private:
    [[nodiscard]] std::string read(std::uint64_t offset, std::size_t size) const;
    [[nodiscard]] const base::Fd& contents();
    [[nodiscard]] bool read_file_head();
    [[nodiscard]] const Ratchet& keys_of(std::uint64_t number);
    [[nodiscard]] std::uint64_t size() const;

    std::string path_;
    base::Fd fd_;
    base::Fd contents_; // opened when it is there
    const Opener* opener_;
    std::uint64_t head_ = 0;         // its length; 0: not read yet
    std::optional<seal::Key> first_; // of the keys
    std::optional<Ratchet> keys_;    // of the record looked at last
    std::uint64_t at_ = 0;
};

} // namespace tap
