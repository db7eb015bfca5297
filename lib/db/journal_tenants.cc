// SPDX-License-Identifier: Apache-2.0
#include "db/journal_tenants.h"

namespace db {

std::string label_of(const Tenants& tenants)
{
    std::string label;
    for (const std::string& name : tenants) {
        if (!label.empty())
            label += between_tenants;
        label += name;
    }
    return label;
}

bool names_tenant(std::string_view label, std::string_view tenant)
{
    bool found = false;
    for_each_tenant(label, [&](std::string_view name) { found = found || name == tenant; });
    return found;
}

std::string shown_tenants(std::string_view label)
{
    std::string text;
    for_each_tenant(label, [&](std::string_view name) {
        if (!text.empty())
            text += ", ";
        text += name;
    });
    return text;
}

} // namespace db
