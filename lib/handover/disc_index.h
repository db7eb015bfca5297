// SPDX-License-Identifier: Apache-2.0
// handover/disc_index.h - INHALTE.csv of a disc: which document tells of which content.
//
//     CC/D2AE26081709050800004;IRI/D2AE26081709050700001
//
// For documents of XML, which name the files of their contents; PDUs have numbers instead.
// Whatever a mapping calls the element, the name of a file stands in it as it is.  A
// content whose document is elsewhere, on another disc or sent, has a line with nothing
// behind the semicolon.  Pure.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace handover {

class DiscIndex {
public:
    void add_content(const std::string& name); // "CC/..."
    // Of "IRI/...", what may be XML.
    void add_document(const std::string& name, std::string_view octets);
    // Lines in order, with what names of encrypted files end in; empty: there are none.
    // `all`: of contents whose document is elsewhere, too.
    [[nodiscard]] std::string text(std::string_view suffix, bool all) const;

private:
    std::set<std::string> contents_; // names without directories
    // Name of a file and the document that has the word.
    std::vector<std::pair<std::string, std::string>> words_;
};

// Content and document of each line; the latter may be empty.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
read_disc_index(std::string_view text);

} // namespace handover
