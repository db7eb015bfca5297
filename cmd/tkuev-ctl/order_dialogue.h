// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/order_dialogue.h - the fields of an order, one question after the other.
//
// Each answer is looked at when it is given, and asked for again if it has a fault; no
// other answer is lost by that.  What is asked depends on what was answered before. Nothing
// is stored here.
#pragma once

#include "order_form.h"

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace tkuev {

// Who answers; no answer: he has gone away.
struct Person {
    std::function<std::optional<std::string>(const std::string& question, bool secret)>
        answer;
    std::ostream& out;
    Language language;
};

class Dialogue {
public:
    using Judge = std::function<std::vector<li::Fault>(const li::Draft& draft)>;

    // `judge` looks at each answer.
    Dialogue(Person person, OrderForm form, Judge judge)
        : person_(std::move(person)), form_(std::move(form)), judge_(std::move(judge))
    {
    }

    // What was said already is not asked for.  False: not on this form.
    bool say(const li::Entry& entry);
    // False: the person has gone away.
    [[nodiscard]] bool ask_all();

    enum class Wish { enter, drop, gone };
    // Shows all of it with what `whole` finds, and lets fields be changed.
    [[nodiscard]] Wish confirm(const Judge& whole);

    [[nodiscard]] const OrderForm& form() const { return form_; }

private:
    using Fields = std::vector<FormField*>;

    [[nodiscard]] FormField* next(const Fields& fields);
    [[nodiscard]] bool ask(FormField& field);
    [[nodiscard]] bool take(FormField& field, const std::string& answer);
    [[nodiscard]] bool ask_for_more(FormField& field);
    [[nodiscard]] bool is_sound(const FormField& field);
    void want_a_name();
    void go_back();
    [[nodiscard]] FormField* chosen(const std::string& answer);
    [[nodiscard]] std::optional<Wish> wish(const std::string& answer, bool errors);

    [[nodiscard]] std::string prompt(const FormField& field);
    void explain(const FormField& field);
    void tell_left_out();
    void tell(const li::Fault& fault, const std::string& whose);
    [[nodiscard]] bool summarise(const Judge& whole);
    [[nodiscard]] std::string_view either(std::string_view english,
                                          std::string_view german) const
    {
        return tkuev::either(person_.language, english, german);
    }

    Person person_;
    OrderForm form_;
    Judge judge_;
    Fields history_; // what was answered, in order
    Fields told_left_out_;
};

} // namespace tkuev
