// SPDX-License-Identifier: Apache-2.0
// etsi/tri.cc - transport messages: rules and encoding.
#include "etsi/tri.h"

#include "etsi/versions.h"

namespace etsi {

namespace {

template <class... Cases>
struct Match : Cases... {
    using Cases::operator()...;
};

constexpr unsigned last_tag_of_old = 6; // lastSegmentFlag; what follows are additions

Checked check_integrity(const IntegrityCheck& check, unsigned version)
{
    if (check.sequence_numbers.empty())
        return wrong("includedSequenceNumbers", "missing");
    if (check.value.empty())
        return wrong("checkValue", "missing");
    const bool hash = check.type == CheckType::hash;
    if ((hash && check.signature) || (!hash && check.hash))
        return wrong("hashAlgorithm", "of the other check type");
    if (check.signature == SignatureAlgorithm::eddsa && version < header_with_qualifier)
        return wrong("signatureAlgorithm", "not in this version");
    return {};
}

Checked check_message(const OperatorLeaMessage& message)
{
    if (message.message.empty())
        return wrong("message", "missing");
    if (message.message.size() > most_operator_message)
        return wrong("message", "longer than 255 octets");
    return {};
}

unsigned tag_of(const Tri& tri)
{
    return std::visit(Match{[](TriFlag flag) { return static_cast<unsigned>(flag); },
                            [](const IntegrityCheck&) { return 0U; },
                            [](const PaddingPdu&) { return 2U; },
                            [](const OperatorLeaMessage&) { return 8U; },
                            [](const OptionRequest&) { return 9U; },
                            [](const OptionResponse&) { return 10U; }},
                      tri);
}

template <class Value>
void put_number(DerWriter& out, unsigned tag, const std::optional<Value>& value)
{
    if (value)
        out.integer(field(tag), static_cast<std::uint64_t>(*value));
}

void put_integrity(DerWriter& out, const IntegrityCheck& check, unsigned version)
{
    out.inside(group(0), [&] {
        if (version >= header_with_microseconds) {
            put_number(out, 5, check.signature);
            put_number(out, 4, check.hash);
        }
        out.octets(field(3), check.value);
        out.integer(field(2), static_cast<std::uint64_t>(check.data));
        out.integer(field(1), static_cast<std::uint64_t>(check.type));
        out.inside(group(0), [&] {
            const auto& numbers = check.sequence_numbers;
            for (auto number = numbers.rbegin(); number != numbers.rend(); ++number)
                out.integer(universal_integer, *number);
        });
    });
}

void put_message(DerWriter& out, const OperatorLeaMessage& message)
{
    out.inside(group(8), [&] {
        out.octets(field(1), message.message);
        out.integer(field(0), static_cast<std::uint64_t>(message.priority));
    });
}

// SEQUENCE OF Option with one option or none.
void put_options(DerWriter& out, unsigned tag, bool acknowledgement)
{
    out.inside(group(tag), [&] {
        if (acknowledgement)
            out.null(field(0));
    });
}

void put_response(DerWriter& out, const OptionResponse& response)
{
    out.inside(group(10), [&] {
        put_options(out, 1, response.acknowledgement_declined);
        put_options(out, 0, response.acknowledgement_accepted);
    });
}

} // namespace

Checked check(const Tri& tri, unsigned header_version)
{
    if (header_version < header_with_microseconds && tag_of(tri) > last_tag_of_old)
        return wrong("tRIPayload", "alternative not in this version");
    if (const auto* integrity = std::get_if<IntegrityCheck>(&tri))
        return check_integrity(*integrity, header_version);
    if (const auto* message = std::get_if<OperatorLeaMessage>(&tri))
        return check_message(*message);
    return {};
}

void put(DerWriter& out, const Tri& tri, unsigned header_version)
{
    std::visit(
        Match{
            [&](TriFlag flag) { out.null(field(static_cast<unsigned>(flag))); },
            [&](const IntegrityCheck& check) { put_integrity(out, check, header_version); },
            [&](const PaddingPdu& padding) { out.octets(field(2), padding.octets); },
            [&](const OperatorLeaMessage& message) { put_message(out, message); },
            [&](const OptionRequest& request) {
                out.inside(group(9), [&] { put_options(out, 0, request.acknowledgement); });
            },
            [&](const OptionResponse& response) { put_response(out, response); }},
        tri);
}

} // namespace etsi
