// SPDX-License-Identifier: Apache-2.0
// What the header of a part leads to.
#include "mime/charset.h"
#include "mime/signature.h"
#include "mime/structure.h"
#include "mime/words.h"
#include "text/address.h"
#include "text/address_field.h"
#include "text/lines.h"

#include <utility>

namespace mime {

namespace {

constexpr std::size_t max_boundary = 256; // RFC 2046 5.1.1 says 70
static_assert(max_boundary + 6 < Lines::least);

constexpr std::size_t max_declared = 255; // RFC 6838 section 4.2: 127 on either side

bool is_message(std::string_view type)
{
    return type == "message/rfc822" || type == "message/global" || type == "message/news";
}

// Empty where there is none that SMTP would take.
std::string first_address(std::string_view field)
{
    const auto found = text::addresses_in(field, 1);
    if (found.empty())
        return {};
    return text::parse_mailbox(found.front(), true).value_or(text::Address()).mailbox;
}

bool is_attached(const Parameterised& disposition)
{
    return disposition.value == "attachment";
}

} // namespace

void Structure::begin_part()
{
    if (++parts_ > limits_.parts) {
        give_up();
        return;
    }
    place_ = Place::header;
    header_ = {};
}

void Structure::end_header()
{
    if (parts_ == 1)
        note_message();
    const Part part = read_part();
    summary_.broken |= header_.broken();
    summary_.incomplete |= header_.cut();
    begin_body(part);
}

void Structure::note_message()
{
    bool& cut = summary_.incomplete;
    summary_.subject = clean(decode_text(header_[Field::subject]), limits_.subject, cut);
    summary_.from = clean(first_address(header_[Field::from]), SIZE_MAX, cut);
    const std::string_view id = text::trim(header_[Field::message_id]);
    summary_.message_id = text::printable(id, limits_.message_id);
    cut |= id.size() > limits_.message_id;
}

// A type that cannot be read is as good as none (RFC 2045 section 5.2).
Structure::Part Structure::read_part()
{
    Part part;
    part.type = parse_parameters(header_[Field::content_type]);
    part.disposition = parse_parameters(header_[Field::content_disposition]);
    part.encoding = encoding_of(header_[Field::content_transfer_encoding]);
    if (!is_media_type(part.type.value)) {
        summary_.broken |= !header_[Field::content_type].empty();
        part.type.value.clear();
    }
    return part;
}

void Structure::begin_body(const Part& part)
{
    const bool digest = !levels_.empty() && levels_.back().digest;
    const std::string_view type = part.type.value;
    if (type.starts_with("multipart/") && begin_multipart(part))
        return;
    // A message in base64 is against RFC 2046 section 5.2.1, and a file as any other.
    const bool message = is_message(type) || (type.empty() && digest);
    if (message && part.encoding == Encoding::identity && may_descend())
        begin_message(part);
    else
        begin_leaf(part);
}

bool Structure::may_descend()
{
    summary_.incomplete |= levels_.size() >= limits_.depth;
    return levels_.size() < limits_.depth;
}

bool Structure::begin_multipart(const Part& part)
{
    const std::string& boundary = part.type.boundary;
    if (boundary.empty() || boundary.size() > max_boundary) {
        summary_.broken = true;
        return false;
    }
    summary_.broken |= part.encoding != Encoding::identity; // RFC 2045 section 6.4
    if (!may_descend())
        return false;
    levels_.push_back({boundary, part.type.value == "multipart/digest"});
    place_ = Place::between;
    return true;
}

void Structure::begin_message(const Part& part)
{
    std::size_t attachment = no_attachment;
    if (!part.name().empty() || is_attached(part.disposition)) {
        if (!add_attachment(part, part.name()))
            return;
        attachment = attachment_;
        summary_.attachments[attachment].type = "message/rfc822";
    }
    levels_.push_back({{}, false, attachment, body_});
    begin_part();
}

void Structure::begin_leaf(const Part& part)
{
    const std::string_view type = part.type.value;
    const bool text = type.empty() || type.starts_with("text/");
    if (text && part.name().empty() && !is_attached(part.disposition)) {
        const bool plain = type.empty() || type == "text/plain";
        wait_for_boundary();
        if (plain && part.encoding == Encoding::identity)
            place_ = Place::text;
        return;
    }
    if (!add_attachment(part, part.name()))
        return;
    content_.emplace(part.encoding, usual_front);
    place_ = Place::content;
}

// The one whose content comes next.  False: it was one too many.
bool Structure::add_attachment(const Part& part, std::string_view name)
{
    if (summary_.attachments.size() >= limits_.attachments) {
        give_up();
        return false;
    }
    attachment_ = summary_.attachments.size();
    bool& cut = summary_.incomplete;
    Attachment& attachment = summary_.attachments.emplace_back();
    attachment.name = clean(name, limits_.name, cut);
    attachment.declared = clean(part.type.value, max_declared, cut);
    return true;
}

} // namespace mime
