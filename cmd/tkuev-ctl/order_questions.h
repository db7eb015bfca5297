// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/order_questions.h - what a person is asked about an order, in which words, and
// what makes a question needless.  Pure.
#pragma once

#include "li/order.h"
#include "terminal.h"

#include <span>
#include <string>
#include <string_view>

namespace tkuev {

struct Question {
    std::string_view field;
    std::string_view german; // what it is called
    std::string_view explain;
    std::string_view explain_german;
    // As far as the answers before say; nullptr: always.
    bool (*applies)(const li::Measure& measure, const li::Destination& where);
    // What is there now, or would be without an answer.
    std::string (*value)(const li::Measure& measure, const li::Destination& where);
    // The words that may be said, one a line with what they mean; nullptr: no such list.
    std::string (*choices)(Language language);
    std::string (*words)(); // the same in short
};

// Of the whole order, as a person reads them from the paper.
[[nodiscard]] std::span<const Question> order_questions();
// Of one destination; asked for content once more if it goes elsewhere.
[[nodiscard]] std::span<const Question> destination_questions();
// Does content go elsewhere?  No field of an order.
[[nodiscard]] const Question& elsewhere_question();

} // namespace tkuev
