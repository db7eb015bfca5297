// SPDX-License-Identifier: Apache-2.0
// etsi/pdu.cc - payloads and the whole PDU.
#include "etsi/pdu.h"

namespace etsi {

namespace {

constexpr TimeTags payload_time{1, 3, 4}; // in IRIPayload and CCPayload alike

Checked check_direction(const std::optional<PayloadDirection>& direction, unsigned version)
{
    if (direction > PayloadDirection::to_target && version < header_with_microseconds)
        return wrong("payloadDirection", "value not in this version");
    return {};
}

Checked check_payload(const IriPayload& payload, unsigned)
{
    if (const Checked result = check(payload.iri); !result)
        return result;
    return payload.time ? check(*payload.time) : Checked();
}

Checked check_payload(const CcPayload& payload, unsigned version)
{
    if (const Checked result = check_direction(payload.direction, version); !result)
        return result;
    if (const Checked result = check(payload.cc); !result)
        return result;
    return payload.time ? check(*payload.time) : Checked();
}

template <class Payloads>
Checked check_payloads(const Payloads& payloads, const PsHeader& header)
{
    if (!header.cin)
        return wrong("communicationIdentityNumber", "missing");
    if (payloads.empty())
        return wrong("payload", "empty");
    for (const auto& payload : payloads)
        if (const Checked result = check_payload(payload, header.version); !result)
            return result;
    return {};
}

struct Check {
    const PsHeader& header;
    Checked operator()(const IriPayloads& payloads) const
    {
        return check_payloads(payloads, header);
    }
    Checked operator()(const CcPayloads& payloads) const
    {
        return check_payloads(payloads, header);
    }
    Checked operator()(const Tri& tri) const { return check(tri, header.version); }
    Checked operator()(const Hi1Operation& operation) const
    {
        if (header.version < header_with_microseconds)
            return wrong("hI1-Operation", "not in this version");
        return check(operation);
    }
};

template <class Enumerated>
void put_number(DerWriter& out, unsigned tag, const std::optional<Enumerated>& value)
{
    if (value)
        out.integer(field(tag), static_cast<std::uint64_t>(*value));
}

void put_payload(DerWriter& out, const IriPayload& payload, unsigned version)
{
    out.inside(universal_sequence, [&] {
        if (version >= header_with_qualifier) {
            put_number(out, 6, payload.payload_direction);
            put_number(out, 5, payload.session_direction);
        }
        put_late_time(out, payload.time, payload.qualifier, payload_time, version);
        out.inside(group(2), [&] { put(out, payload.iri); }); // a CHOICE: explicit
        put_early_time(out, payload.time, payload_time, version);
        put_number(out, 0, payload.type);
    });
}

void put_payload(DerWriter& out, const CcPayload& payload, unsigned version)
{
    out.inside(universal_sequence, [&] {
        put_late_time(out, payload.time, payload.qualifier, payload_time, version);
        out.inside(group(2), [&] { put(out, payload.cc); }); // a CHOICE: explicit
        put_early_time(out, payload.time, payload_time, version);
        put_number(out, 0, payload.direction);
    });
}

struct Put {
    DerWriter& out;
    unsigned version;

    template <class Payloads>
    void each(unsigned tag, const Payloads& payloads) const
    {
        out.inside(group(tag), [&] {
            for (auto payload = payloads.rbegin(); payload != payloads.rend(); ++payload)
                put_payload(out, *payload, version);
        });
    }
    void operator()(const IriPayloads& payloads) const { each(0, payloads); }
    void operator()(const CcPayloads& payloads) const { each(1, payloads); }
    void operator()(const Tri& tri) const
    {
        out.inside(group(2), [&] { put(out, tri, version); });
    }
    void operator()(const Hi1Operation& operation) const
    {
        out.inside(group(3), [&] { put(out, operation); });
    }
};

} // namespace

Checked check(const Pdu& pdu)
{
    if (const Checked result = check(pdu.header); !result)
        return result;
    return std::visit(Check{pdu.header}, pdu.payload);
}

Checked append(std::string& out, const Pdu& pdu)
{
    if (const Checked result = check(pdu); !result)
        return result;
    append_der(out, [&pdu](DerWriter& writer) {
        writer.inside(universal_sequence, [&] {
            writer.inside(group(2), [&] {
                std::visit(Put{writer, pdu.header.version}, pdu.payload);
            });
            put(writer, pdu.header);
        });
    });
    return {};
}

std::expected<std::string, Fault> encode(const Pdu& pdu)
{
    std::string out;
    if (const Checked result = append(out, pdu); !result)
        return std::unexpected(result.error());
    return out;
}

} // namespace etsi
