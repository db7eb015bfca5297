// SPDX-License-Identifier: Apache-2.0
#include "order_form.h"

#include <algorithm>
#include <doctest/doctest.h>

using tkuev::FormField;
using tkuev::OrderForm;

namespace {

const li::Time now = *li::parse_time("2026-11-22 13:00");

void answer(OrderForm& form, std::string_view name, const char* value)
{
    FormField* field = form.find(name);
    REQUIRE(field != nullptr);
    field->values = {value};
}

bool applies(OrderForm& form, std::string_view name, bool content = false)
{
    return std::ranges::any_of(form.applying(), [&](const FormField* field) {
        return field->is(name) && field->content == content;
    });
}

} // namespace

TEST_CASE("tkuev-ctl: every field of an order is on the form, and nothing else")
{
    OrderForm form({}, now, {});
    for (const li::Field& field : li::order_fields()) {
        CAPTURE(field.name);
        CHECK(form.find(field.name) != nullptr);
    }
    for (const auto& table : {tkuev::order_questions(), tkuev::destination_questions()})
        for (const tkuev::Question& question : table) {
            CAPTURE(question.field);
            CHECK(li::find_field(question.field) != nullptr);
            CHECK_FALSE(question.german.empty());
            CHECK_FALSE(question.explain.empty());
            CHECK_FALSE(question.explain_german.empty());
        }
}

TEST_CASE("tkuev-ctl: answers decide which fields belong to an order")
{
    OrderForm form({}, now, {});
    CHECK(applies(form, "port"));
    CHECK_FALSE(applies(form, "password"));
    CHECK_FALSE(applies(form, "test-account"));
    answer(form, "test", "yes");
    CHECK(applies(form, "test-account"));
    answer(form, "profile", "etsi-ftp-file");
    CHECK(applies(form, "password"));
    CHECK(applies(form, "mode"));
    answer(form, "password", "secret");
    answer(form, "profile", "cd"); // what was answered before does not count any more
    CHECK_FALSE(applies(form, "host"));
    CHECK(form.draft().measure.iri.password.empty());
    CHECK_FALSE(applies(form, "content-elsewhere"));
    answer(form, "scope", "iri");
    CHECK_FALSE(applies(form, "seal-content"));
}

TEST_CASE("tkuev-ctl: what is known stands on the form until it is answered otherwise")
{
    OrderForm form({}, now, {"profile", "method", "password", "content-elsewhere"},
                   {{"", "profile", "etsi-ftp-file", 0}, {"", "scope", "iri", 0}});
    const FormField& profile = *form.find("profile");
    CHECK(value_of(profile, form.draft().measure) == "etsi-ftp-file");
    CHECK(applies(form, "password"));
    CHECK_FALSE(applies(form, "content-elsewhere"));
    CHECK(form.entries().empty());
    answer(form, "profile", "etsi-tcp");
    CHECK(value_of(profile, form.draft().measure) == "etsi-tcp");
    CHECK_FALSE(applies(form, "password"));
    CHECK(form.entries().size() == 1);
    CHECK(form.draft().faults.empty());
    form.find("profile")->values = std::vector<std::string>{};
    CHECK(value_of(profile, form.draft().measure) == "etsi-ftp-file");
}

TEST_CASE("tkuev-ctl: content's destination is that of event data but for what differs")
{
    OrderForm form({}, now, {});
    answer(form, "method", "ftp");
    answer(form, "profile", "etsi-ftp-file");
    answer(form, "host", "192.0.2.9");
    answer(form, "user", "recorder");
    answer(form, "port", "2121");
    CHECK_FALSE(form.draft().measure.cc);
    CHECK_FALSE(applies(form, "host", true));
    answer(form, "content-elsewhere", "ja");
    REQUIRE(form.draft().measure.cc);
    CHECK(*form.draft().measure.cc == form.draft().measure.iri);
    const auto content = [&](std::string_view name, const char* value) {
        for (FormField* field : form.applying())
            if (field->content && field->is(name))
                field->values = {value};
    };
    content("method", "sftp");
    CHECK(form.draft().measure.cc->peer.port == 22); // not that of the other way
    CHECK(form.draft().measure.cc->user == "recorder");
    content("method", "cd");
    CHECK(form.draft().measure.cc->user.empty());
    CHECK(form.draft().measure.cc->peer.host.empty());
    CHECK(form.draft().faults.empty());
}
