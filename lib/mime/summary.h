// SPDX-License-Identifier: Apache-2.0
// mime/summary.h - what a journal of all mail notes of a message: subject, Message-ID,
// the address in From, and what is attached.
//
// In: the octets of one message, as RFC 5322 and RFC 2045 to 2049 write them or as people's
// programs do.  Out: text for people, always; an odd message gives what could be read of
// it.  One pass: work grows with the octets read and with nothing else, memory is bounded
// by Limits and not by the message (a window of 64 kB, one header, `depth` boundaries).
// The decoders are ours because those of libraries are not bounded so: a header may cost
// them time that grows with the square of its length, each part an object, each name of a
// character set an entry in a table that is never cleared.
//
// All text that comes out is UTF-8 without control characters (U+FFFD in their place), cut
// at the limits between characters.  Octets that no charset is named for are UTF-8 if they
// can be, and windows-1252 if not.  Directions of writing (U+202E and others) stay: they
// are part of a name; who shows it deals with them.
//
// Thread rule: nothing is shared; any thread may call, several at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mime {

// What is beyond a limit is not looked at, and Summary::incomplete says so.  Those that
// users meet are in journal-db(5).
struct Limits {
    std::uint64_t input = std::uint64_t{256} << 20; // octets of the message
    std::size_t header = 256 << 10;                 // octets of one header
    std::size_t field = 16 << 10;                   // octets of one field of it, as sent
    std::size_t parts = 1000; // bodies of any kind, multiparts and messages too
    std::size_t depth = 50;   // multiparts and messages within each other
    std::size_t attachments = 200;
    std::size_t name = 255;       // octets of a file name as it comes out
    std::size_t subject = 1000;   // the same
    std::size_t message_id = 500; // as sent
};

// A part that is no text to be read with the message: it has a file name, or its
// disposition is "attachment", or its type is not text.  A message within the message
// (message/rfc822) is listed if it has a name or that disposition; what is attached to it
// is listed behind it in any case.  A file between "begin" and "end" in plain text
// (uuencode) is one, too, and so is TNEF: nothing looks into that, nor into archives.
struct Attachment {
    std::string name;       // of the file, as written by the sender: may hold "/"; or empty
    std::string declared;   // type/subtype in lower case; empty: none that could be read
    std::string type;       // by the first octets of the content, see signature.h
    std::uint64_t size = 0; // octets when decoded

    bool operator==(const Attachment&) const = default;
};

struct Summary {
    std::string subject;
    std::string message_id; // with its "<>", printable ASCII
    std::string from;       // the first address, as text::parse_mailbox() has it
    std::vector<Attachment> attachments; // in the order of the message
    bool incomplete = false;             // a limit was reached
    // Not well formed: other programs may read other parts in it than these.
    bool broken = false;

    bool operator==(const Summary&) const = default;
};

[[nodiscard]] Summary summarise(std::string_view message, const Limits& limits = {});
// `size` octets from `offset` of a file; fewer if it ends before.  Reads by pread(2).
// Throws base::Failure when reading fails, for nothing else.
[[nodiscard]] Summary summarise(int fd, std::uint64_t offset, std::uint64_t size,
                                const Limits& limits = {});

// Loads the tables of iconv(3) for good.  For programs that give up the right to open
// files: without this, text in rarer charsets is read as if no charset was named.
void prepare();

} // namespace mime
