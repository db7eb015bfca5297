// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/order_form.h - the form that a person fills in at a terminal: which of its
// fields belong to the order as far as it is known, and what stands in them.  Pure.
#pragma once

#include "order_questions.h"

#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tkuev {

struct FormField {
    const Question* question;
    bool content = false; // of the destination of content
    bool asked = false;
    // Nothing: as it is without an answer; none of them: emptied.
    std::optional<std::vector<std::string>> values = {};

    [[nodiscard]] bool is(std::string_view name) const { return question->field == name; }
    [[nodiscard]] bool repeatable() const;
    [[nodiscard]] bool names_target() const; // one of three, of which one is enough
    [[nodiscard]] std::string label(Language language) const;
};

class OrderForm {
public:
    // Of those fields only; empty: of a whole order.  `known` is so until it is answered
    // otherwise, and no answer.
    OrderForm(const li::Rules& rules, li::Time now, const std::vector<std::string>& fields,
              std::vector<li::Entry> known = {});

    // In the order in which they are asked for.
    [[nodiscard]] std::vector<FormField*> applying();
    // What was said, and does not belong to the order as far as it is known.
    [[nodiscard]] std::vector<FormField*> left_out();
    // By its name, not of the destination of content; nullptr: not on this form.
    [[nodiscard]] FormField* find(std::string_view name);
    [[nodiscard]] std::vector<li::Entry> entries() const;
    [[nodiscard]] li::Draft draft() const { return read(entries()); }

private:
    [[nodiscard]] li::Draft read(std::vector<li::Entry> answers) const;
    [[nodiscard]] bool elsewhere() const;
    [[nodiscard]] bool applies(const FormField& field, const li::Measure& measure) const;
    [[nodiscard]] std::vector<FormField*> those_that(bool apply);

    li::Rules rules_;
    li::Time now_;
    std::vector<FormField> fields_;
    std::vector<li::Entry> known_;
};

// What stands there, or would without an answer; never a secret.
[[nodiscard]] std::string value_of(const FormField& field, const li::Measure& measure);

// For a person to look at: a numbered line for each.
void print_fields(std::ostream& out, std::span<const FormField* const> fields,
                  const li::Measure& measure, Language language);
// All that belong to the measure, however it was read.
void print_fields(std::ostream& out, const li::Measure& measure, Language language);

} // namespace tkuev
