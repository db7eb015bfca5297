// SPDX-License-Identifier: Apache-2.0
// mime/structure.h - the parts of a message, found line by line (RFC 2046 section 5.1).
//
// Knows of the parts only the way down to where it is: the boundaries that are open.  So
// memory is bounded by depth, and each octet is looked at once, whatever the parts are.
#pragma once

#include "mime/content.h"
#include "mime/header.h"
#include "mime/lines.h"
#include "mime/parameters.h"
#include "mime/summary.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mime {

class Structure {
public:
    Structure(Lines& lines, const Limits& limits) : lines_(lines), limits_(limits) {}

    // `size`: of the message, for messages within it that end with it.
    [[nodiscard]] Summary summarise(std::uint64_t size);

private:
    static constexpr std::size_t no_attachment = SIZE_MAX;

    enum class Place : std::uint8_t {
        header,
        content, // of an attachment
        text,    // plain text: files may stand in it
        between, // preamble, epilogue, text that nothing is asked of
        over,
    };
    struct Level {
        std::string boundary; // empty: a message
        bool digest = false;
        std::size_t attachment = no_attachment; // a message that is one
        std::uint64_t begin = 0;                // where its octets begin
    };
    struct Part { // what the header of a part says
        Parameterised type;
        Parameterised disposition;
        Encoding encoding = Encoding::identity;

        [[nodiscard]] const std::string& name() const
        {
            return disposition.name.empty() ? type.name : disposition.name;
        }
    };

    void take(const Piece& piece);
    void take_header(const Piece& piece);
    void take_body(const Piece& piece);
    void take_content(const Piece& piece);
    void take_text(const Piece& piece);
    void take_file_line(std::string_view line);

    [[nodiscard]] bool take_delimiter(const Piece& piece);
    void end_part(std::size_t depth, std::uint64_t end);
    void end_content(bool at_boundary);
    void close_levels(std::size_t depth, std::uint64_t end);
    void leave_multipart();
    void wait_for_boundary();
    void give_up();

    void begin_part();
    void end_header();
    void note_message();
    [[nodiscard]] Part read_part();
    void begin_body(const Part& part);
    [[nodiscard]] bool may_descend();
    [[nodiscard]] bool begin_multipart(const Part& part);
    void begin_message(const Part& part);
    void begin_leaf(const Part& part);
    [[nodiscard]] bool add_attachment(const Part& part, std::string_view name);

    Lines& lines_;
    const Limits& limits_;
    Summary summary_;
    std::vector<Level> levels_;
    Place place_ = Place::header;
    Header header_;
    std::size_t parts_ = 1;
    std::uint64_t body_ = 0; // where the body of the header that just ended begins
    std::optional<Content> content_;
    std::size_t attachment_ = no_attachment; // whose content it is
    std::string_view held_; // the end of the line before: perhaps a boundary's
    std::optional<std::string> file_name_; // uuencode in text: "begin" has come
};

} // namespace mime
