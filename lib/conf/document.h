// SPDX-License-Identifier: Apache-2.0
// conf/document.h - the text of a configuration file as sections, keys and line numbers.
//
// Pure: bytes in, a Document and problems out.  What a key means is not known here.  The
// INI parsing itself is inih's; around it stands what inih would do silently: cut long
// lines and names, take an indented key as part of the value above, merge equal sections.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace conf {

struct Problem {
    int line = 0; // 0: the file as a whole
    std::string text;
    std::string german = {}; // the same; of the file's form only, which orders share
};

struct Entry {
    std::string section;
    std::string key;
    std::string value; // lines that continue it are joined by a space
    int line = 0;
};

struct SectionHead {
    std::string name;
    int line = 0;
};

struct Document {
    std::vector<SectionHead> sections;
    std::vector<Entry> entries;
    std::vector<Problem> problems;

    // The line of a key, or else of its section, or else 0: for messages and origins.
    [[nodiscard]] int line_of(std::string_view section, std::string_view key) const;
    [[nodiscard]] int line_of_key(std::string_view section, std::string_view key) const;
};

// A file larger than this is no configuration.
inline constexpr std::size_t document_size_limit = 1u << 20;

[[nodiscard]] Document parse_document(std::string_view text);

} // namespace conf
