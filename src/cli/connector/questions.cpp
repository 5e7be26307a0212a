#include "cli/connector/questions.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/command/help.hpp"
#include "cli/completion/shell_words.hpp"
#include "cli/connector/check.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "platform/connection.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

class Questions {
  public:
    Questions(ConnectorOptions& options, Services& services) : options_(options), services_(services) {}

    bool ask() {
        services_.say("Enter takes what is in brackets; ? explains a question.");
        const auto type = ask_for_type();
        options_.type = type;
        const auto* engine = ask_for_engine(type);
        for (const auto& option : engine->connector_options) ask_for(option, *engine);
        say_command_line();
        return choose("Test the connection before it is kept", {"yes", "no"}, "yes") == "yes";
    }

    /// Asks again for what may have been wrong at a stage of the test.
    bool ask_again(const Error& failure, const std::string& stage) {
        const auto* engine =
            sources::find_engine(options_.engine.value_or(engine_names(*options_.type).front()));
        std::vector<const sources::Option*> doubtful;
        for (const auto& option : engine->connector_options) {
            if (may_fail_at(stage, option)) doubtful.push_back(&option);
        }
        if (doubtful.empty()) return false;
        services_.say("");
        services_.report(failure);
        services_.say("Enter keeps an answer; Ctrl-C gives up.");
        for (const auto* option : doubtful) ask_for(*option, *engine);
        say_command_line();
        return true;
    }

  private:
    static bool may_fail_at(const std::string& stage, const sources::Option& option) {
        if (stage == "resolve") return option.name == "host";
        if (stage == "connect") return option.name == "host" || option.name == "port";
        if (stage == "tls") return option.name == "tls" || option.name == "host_key";
        if (stage == "auth" || stage == "list")
            return option.name == "username" || option.name == "region" || option.secret;
        return false;
    }

    /// Of a line that is indented by two cells.
    [[nodiscard]] int width() const { return std::max(services_.io().width - 2, 20); }

    /// What belongs to the question before it.
    void explain(const std::string& text) {
        for (const auto& line : wrap_text(text, width())) services_.say("  " + line);
    }

    void say_command_line() {
        services_.say("");
        services_.say("The same without questions:");
        for (const auto& line : split(wrap_command(command_line(), width()), '\n'))
            services_.say("  " + line);
        services_.say("");
    }

    /// Shows the question until it is answered by something else than "?", which explains it.
    std::string ask(const std::string& question, const std::string& fallback,
                    std::string_view explanation = {}) {
        for (;;) {
            const auto line =
                services_.ask(question + (fallback.empty() ? ": " : fmt::format(" [{}]: ", fallback)));
            if (!line) {
                throw Error(ErrorClass::usage, "nothing was created: the input ended before the last answer",
                            "see 'prevision connector create --help'");
            }
            const std::string answer(trim(*line));
            if (answer != "?") return answer.empty() ? fallback : answer;
            services_.say(fmt::format(
                "  {}", explanation.empty() ? "one of these, or its first letters" : explanation));
        }
    }

    /// Asks until the answer is one of the choices, or empty: then it is the fallback, which need not be a choice.
    std::string choose(const std::string& question, const std::vector<std::string>& choices,
                       const std::string& fallback, std::string_view explanation = {}) {
        for (;;) {
            const auto answer =
                ask(fmt::format("{} ({})", question, join(choices, ", ")), fallback, explanation);
            if (answer == fallback) return fallback;
            for (const auto& choice : choices) {
                if (equal_ignoring_case(choice, answer)) return choice;
            }
            if (const auto begun = begun_by(choices, answer)) return *begun;
            explain(fmt::format("'{}' is not one of these", answer));
        }
    }

    /// The one choice that begins with the answer: "yes" for "y".
    static std::optional<std::string> begun_by(const std::vector<std::string>& choices,
                                               const std::string& answer) {
        const auto begins = [&](const std::string& choice) {
            return !answer.empty() && to_lower(choice).starts_with(to_lower(answer));
        };
        if (std::ranges::count_if(choices, begins) != 1) return std::nullopt;
        return *std::ranges::find_if(choices, begins);
    }

    std::string ask_for_type() {
        const auto types = sources::engine_types();
        return choose("Type", types, types.front());
    }

    const sources::Engine* ask_for_engine(const std::string& type) {
        const auto names = engine_names(type);
        const auto name = names.size() == 1 ? names.front() : choose("System", names, names.front());
        const auto* engine = sources::find_engine(name);
        if (names.size() > 1) options_.engine = name;
        return engine;
    }

    /// "Host", "Time zone": the option's name in words.
    static std::string label_of(const sources::Option& option) {
        if (!option.label.empty()) return std::string(option.label);
        if (option.name == "tls") return "TLS";
        if (option.name == "username") return "User name";
        auto label = upper_case(std::string(option.name.substr(0, 1))) + std::string(option.name.substr(1));
        std::ranges::replace(label, '_', ' ');
        return label;
    }

    void ask_for(const sources::Option& option, const sources::Engine& engine) {
        if (option.secret) return ask_for_secret(option);
        const std::string name(option.name);
        const auto before = place(name);
        std::string fallback(option.fallback);
        if (name == "port" && engine.default_port) fallback = fmt::format("{}", *engine.default_port);
        if (before) fallback = *before;
        const auto choices = split(option.choices, '|');
        for (;;) {
            const auto answer = choices.empty() ? ask(label_of(option), fallback, option.help)
                                                : choose(label_of(option), choices, fallback, option.help);
            if (answer.empty() && option.required) {
                explain(fmt::format("it is required: {}", option.help));
                continue;
            }
            if (answer != fallback && !answer.empty() && !keep(name, answer)) continue;
            return;
        }
    }

    void ask_for_secret(const sources::Option& option) {
        const std::string name(option.name);
        if (name != "password") {
            const auto before = options_.secret_files[name].value_or("");
            const auto file = ask(fmt::format("{} file", label_of(option)), before,
                                  fmt::format("the file of the {}; empty to leave it out", option.help));
            if (!file.empty()) options_.secret_files[name] = file;
            return;
        }
        if (!options_.username && !option.required) return;
        const bool again = options_.typed_password && !options_.typed_password->empty();
        do {
            auto typed = prompt_for_secret(
                fmt::format("{} (not shown{})", label_of(option), again ? "; Enter keeps it" : ""),
                services_);
            if (!again || !typed.empty()) options_.typed_password = std::move(typed);
        } while (option.required && options_.typed_password->empty());
    }

    /// The place of an option's answer.
    std::optional<std::string>& place(const std::string& name) {
        if (name == "host") return options_.host;
        if (name == "port") return options_.port;
        return name == "username" ? options_.username : options_.own[name];
    }

    /// Keeps an answer that may be right. Else says why it is wrong.
    bool keep(const std::string& name, const std::string& answer) {
        if (name == "port") {
            const auto port = parse_integer(answer);
            if (!port || *port < 1 || *port > 65535) {
                explain(fmt::format("'{}' is not a port", answer));
                return false;
            }
            options_.port = answer;
            return true;
        }
        auto& option = place(name);
        auto before = std::exchange(option, answer);
        if (!is_refused(name)) return true;
        option = std::move(before);
        return false;
    }

    /// Whether this option is wrong, as far as the answers so far show; other options may follow. A wrong engine also counts: the
    /// answer is then a host whose scheme names another one.
    bool is_refused(const std::string& name) {
        try {
            if (name == "host") take_apart_host(options_, services_);
            const auto connection = platform::connection_of(without_secrets(options_), Secret("typed"));
            const auto* engine = sources::tell_engine(connection);
            if (engine != nullptr) engine->open(connection, services_.cancellation());
        } catch (const Error& error) {
            const std::string_view message = error.what();
            if (!message.starts_with(fmt::format("invalid {}:", name)) &&
                !message.starts_with("invalid engine:"))
                return false;
            explain(error.what());
            if (!error.hint().empty()) explain("hint: " + error.hint());
            return true;
        }
        return false;
    }

    [[nodiscard]] std::string command_line() const {
        std::string line = "prevision connector create " + quote_for_shell(options_.name);
        const auto add = [&](const std::string& flag, const std::optional<std::string>& value) {
            if (value) line += fmt::format(" {} {}", flag, quote_for_shell(*value));
        };
        add("--type", options_.type);
        add("--engine", options_.engine);
        add("--host", options_.host);
        add("--port", options_.port);
        add("--username", options_.username);
        for (const auto& [name, file] : options_.secret_files) add(flag_of(name), file);
        for (const auto& [name, value] : options_.own) add(flag_of(name), value);
        if (options_.typed_password && !options_.typed_password->empty()) line += " --password-stdin";
        return line;
    }

    ConnectorOptions& options_;
    Services& services_;
};

}  // namespace

bool ask_for_connector(ConnectorOptions& options, Services& services) {
    return Questions(options, services).ask();
}

bool ask_again(const Error& failure, const std::string& stage, ConnectorOptions& options,
               Services& services) {
    return Questions(options, services).ask_again(failure, stage);
}

}  // namespace prevision::cli
