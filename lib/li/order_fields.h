// SPDX-License-Identifier: Apache-2.0
// li/order_fields.h - the table of an order's fields: what each is called, and how its
// value is understood.  For li/order.cc only.
#pragma once

#include "li/order.h"

#include <span>
#include <string>
#include <string_view>

namespace li {

// A value, and where it belongs.
struct FieldContext {
    Draft& draft;
    Destination& destination;
    const Rules& rules;
    const Entry& entry;
    std::string_view field;

    [[nodiscard]] Measure& measure() const { return draft.measure; }
    [[nodiscard]] Order& order() const { return draft.measure.orders.front(); }
    [[nodiscard]] std::string_view value() const { return entry.value; }
    void fault(std::string english, std::string german) const
    {
        draft.faults.push_back({.field = std::string(field),
                                .english = std::move(english),
                                .german = std::move(german),
                                .warning = false,
                                .line = entry.line,
                                .section = entry.section,
                                .unread = true});
    }
};

using TakeField = void (*)(const FieldContext& it);

struct FieldRow {
    Field field;
    TakeField take;
};

[[nodiscard]] std::span<const FieldRow> field_rows();
// By any of its names; nullptr: there is none.
[[nodiscard]] const FieldRow* find_row(std::string_view name);

} // namespace li
