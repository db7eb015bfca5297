// SPDX-License-Identifier: Apache-2.0
// Reports of hostile addresses, replies and parameters: the form stays what it is.
#include "smtp/dsn_report.h"

#include "check.h"
#include "smtp/dsn_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

std::string_view part(std::string_view& text)
{
    const std::size_t end = std::min(text.find('\0'), text.size());
    const std::string_view out = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return out;
}

std::size_t count(std::string_view text, std::string_view what)
{
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view text(reinterpret_cast<const char*>(data), size);
    smtp::Report report;
    report.utf8 = size % 2 == 1;
    report.boundary = "=_boundary";
    report.host = part(text);
    report.to = part(text);
    report.envid = part(text);
    const std::string address(part(text));
    const std::string orcpt(part(text));
    const std::string remote(part(text));
    report.recipients = {
        {address, orcpt, smtp::Action::failed, "5.0.0", remote, std::string(text)}};
    const std::string head = smtp::report_head(report);
    fuzz::promise(count(head, "\r\n--=_boundary\r\n") == 3);
    const std::string_view status = std::string_view(head).substr(
        head.find("Content-Description: Delivery report\r\n"));
    fuzz::promise(count(status, "\r\nAction: ") == 1);
    fuzz::promise(count(status, "\r\nStatus: ") == 1);
    fuzz::promise(head.ends_with("\r\n\r\n"));
    (void)smtp::header_of(text);
    (void)smtp::quoted_printable(text);
    return 0;
}
